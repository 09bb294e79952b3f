import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin, type Rolldown } from 'vite'

const folder = join(import.meta.dirname, '..', 'web', 'client')

/**
 * Makes one small script out of web/client, beside the pages, which need none.
 * `virtual:client` exports it with the path to serve it at.
 */
export function client(): Plugin {
  return {
    name: 'folkmoot-client',
    resolveId: (id) => (id === 'virtual:client' ? '\0virtual:client' : undefined),
    async load(id) {
      if (id !== '\0virtual:client') return undefined
      for (const file of readdirSync(folder)) this.addWatchFile(join(folder, file))
      const source = await bundle()
      const hash = createHash('sha256').update(source).digest('base64url').slice(0, 12)
      return `export const clientSource = ${JSON.stringify(source)}
export const clientPath = '/_client/${hash}.js'`
    },
    handleHotUpdate({ file, server }) {
      if (file.startsWith(folder)) server.ws.send({ type: 'full-reload' })
    },
  }
}

async function bundle(): Promise<string> {
  const results = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: true, target: 'es2022', lib: { entry: join(folder, 'main.ts'), formats: ['es'] } },
  })
  const [result] = [results].flat() as Rolldown.RolldownOutput[]
  const chunk = result?.output[0]
  if (!chunk) throw new Error('web/client/main.ts gave no script.')
  return chunk.code
}
