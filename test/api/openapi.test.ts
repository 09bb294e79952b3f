import { describe, expect, it } from 'vitest'
import { request } from '../support/api.ts'
import { useServer } from './expectations.ts'

const site = useServer()

interface Description {
  openapi: string
  paths: Record<string, Record<string, { summary?: string; requestBody?: object; responses: Record<string, object> }>>
}

describe('the description of the API', () => {
  it('is OpenAPI 3.1 and names every address of the contract', async () => {
    const { status, body } = await request<Description>('GET', `${site.url}/api/v1/openapi.json`)
    expect(status).toBe(200)
    expect(body.openapi).toMatch(/^3\.1\./)
    const found = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    for (const address of [
      'POST /api/v1/questions',
      'GET /api/v1/questions/:q',
      'PATCH /api/v1/questions/:q',
      'DELETE /api/v1/questions/:q',
      'PUT /api/v1/questions/:q/closure',
      'DELETE /api/v1/questions/:q/closure',
      'POST /api/v1/questions/:q/participants',
      'POST /api/v1/questions/:q/ideas',
      'PATCH /api/v1/questions/:q/ideas/:idea',
      'DELETE /api/v1/questions/:q/ideas/:idea',
      'POST /api/v1/questions/:q/ideas/:idea/arguments',
      'PUT /api/v1/questions/:q/ideas/:idea/arguments/:argument/agreement',
      'DELETE /api/v1/questions/:q/ideas/:idea/arguments/:argument/agreement',
      'PUT /api/v1/questions/:q/ideas/:idea/vote',
      'DELETE /api/v1/questions/:q/ideas/:idea/vote',
      'PUT /api/v1/questions/:q/ballot',
      'GET /api/v1/questions/:q/ideas/:idea/voters',
      'POST /api/v1/questions/:q/comments',
      'PUT /api/v1/questions/:q/decision',
      'GET /api/v1/questions/:q/changes',
      'GET /api/v1/questions/:q/live',
      'GET /api/v1/questions/:q/me',
      'GET /api/v1/openapi.json',
    ])
      expect(found).toContain(address)
  })

  it('says of every address what it is for and what it answers, and names none that is for the pages', async () => {
    const { body } = await request<Description>('GET', `${site.url}/api/v1/openapi.json`)
    for (const [path, methods] of Object.entries(body.paths)) {
      expect(path).not.toContain('*')
      for (const [method, operation] of Object.entries(methods)) {
        expect(operation.summary, `${method} ${path}`).toBeTruthy()
        expect(Object.keys(operation.responses), `${method} ${path}`).not.toEqual([])
        if (method === 'post' && !path.endsWith('/admin-link')) expect(operation.requestBody, path).toBeDefined()
      }
    }
  })
})
