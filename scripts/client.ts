import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin, type Rolldown } from 'vite'

const folder = join(import.meta.dirname, '..', 'web', 'client')

/**
 * Makes one small script out of web/client, beside the pages, which need none, and another for a worker that few need.
 * `virtual:client` exports both by the paths to serve them at, and that of the first.
 */
export function client(): Plugin {
  return {
    name: 'folkmoot-client',
    resolveId: (id) => (id === 'virtual:client' ? '\0virtual:client' : undefined),
    async load(id) {
      if (id !== '\0virtual:client') return undefined
      for (const file of readdirSync(folder)) this.addWatchFile(join(folder, file))
      const worker = await bundle('prove-worker.ts', {})
      const source = await bundle('main.ts', { __WORKER_PATH__: JSON.stringify(pathOf(worker)) })
      return `export const clientPath = ${JSON.stringify(pathOf(source))}
export const scripts = ${JSON.stringify({ [pathOf(source)]: source, [pathOf(worker)]: worker })}`
    },
    handleHotUpdate({ file, server }) {
      if (file.startsWith(folder)) server.ws.send({ type: 'full-reload' })
    },
  }
}

/** Its name changes with its content. */
function pathOf(source: string): string {
  return `/_client/${createHash('sha256').update(source).digest('base64url').slice(0, 12)}.js`
}

async function bundle(entry: string, define: Record<string, string>): Promise<string> {
  const results = await build({
    configFile: false,
    logLevel: 'error',
    define,
    build: { write: false, minify: true, target: 'es2022', lib: { entry: join(folder, entry), formats: ['es'] } },
  })
  const [result] = [results].flat() as Rolldown.RolldownOutput[]
  const chunk = result?.output[0]
  if (!chunk) throw new Error(`web/client/${entry} gave no script.`)
  return chunk.code
}
