import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { unpackPackage } from './apt.ts'

/** The programs of the proxies that deploy/ has settings for, and how each says its version. */
const proxies = {
  nginx: { named: process.env.NGINX, version: ['-v'], at: 'usr/sbin' },
  caddy: { named: process.env.CADDY, version: ['version'], at: 'usr/bin' },
}

/** The program of a proxy, which is fetched now where that needs no password. @throws with what to do */
export function ensureProxy(name: keyof typeof proxies): string {
  const { named, version, at } = proxies[name]
  const works = (path: string) => spawnSync(path, version, { stdio: 'ignore' }).status === 0
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin']
  const found = [...(named ? [named] : []), ...folders.map((folder) => join(folder, name))].find(works)
  if (found) return found
  const folder = unpackPackage(name, name)
  const fetched = folder === null ? null : join(folder, at, name)
  if (fetched !== null && works(fetched)) return fetched
  throw new Error(
    `The tests need ${name} and there is none that runs. Install the package \`${name}\`, or name the program in ` +
      `${name.toUpperCase()}; then run the tests again.`,
  )
}
