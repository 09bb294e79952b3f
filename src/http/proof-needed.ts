import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import type { Refusal } from '../base/refusals.ts'
import { sendFailure } from './failures.ts'
import type { Arrival, Newcomers } from './newcomers.ts'

/** The header in which a proof comes: ALTCHA's payload in base64, or what was to be waited for. */
export const proofHeader = 'folkmoot-proof'

/** What a request to the API says of somebody who may begin to take part. */
export function arrivalOf({ ip, params, headers }: FastifyRequest): Arrival {
  const { q: questionId = '' } = params as { q?: string }
  const proof = headers[proofHeader]
  return { address: ip, questionId, proof: typeof proof === 'string' ? proof : undefined }
}

/** Has the API say, with the refusal, what proof is asked for. To be called before its routes are added. */
export function askForProof(api: FastifyInstance, newcomers: Newcomers): void {
  api.setErrorHandler(async (error: FastifyError | Refusal, request, reply) => {
    const asked = await newcomers.ask(error, arrivalOf(request))
    return sendFailure(error, request, reply, asked ?? {})
  })
}
