import type { IncomingMessage } from 'node:http'
import type {} from '../src/http/services.ts'

declare global {
  namespace App {
    interface Platform {
      req: IncomingMessage
    }
    interface Locals {
      locale: string
    }
    interface Error {
      /** Of the refusal catalogue, where a rule said no. */
      code?: string
    }
  }
}

export {}
