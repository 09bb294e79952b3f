import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/**
 * Installs one of Debian's packages, on Debian and Ubuntu where that needs no password.
 * @param what is missing, as somebody would say it
 * @returns whether it was installed
 */
export function installPackage(name: string, what: string): boolean {
  if (!existsSync('/usr/bin/apt-get')) return false
  const sudo = asRoot()
  if (!sudo) return false
  console.log(`There is no ${what} here for the tests. Installing it with apt-get; this takes a minute …`)
  return apt(sudo, ['update']) && apt(sudo, ['install', '--yes', '--no-install-recommends', name])
}

/**
 * Fetches one of Debian's packages and lays its files into a folder of their own, where installing it would also start a
 * server of this machine's.
 * @param what is missing, as somebody would say it
 * @returns the folder, or null where that cannot be done
 */
export function unpackPackage(name: string, what: string): string | null {
  const folder = join(root, 'node_modules', '.cache', 'folkmoot', name)
  if (existsSync(folder)) return folder
  if (!existsSync('/usr/bin/apt-get')) return null
  console.log(`There is no ${what} here for the tests. Fetching it with apt-get; nothing is installed …`)
  const part = `${folder}.${process.pid}`
  mkdirSync(part, { recursive: true })
  try {
    const download = () => apt([], ['download', name], part)
    if (!download()) {
      // What there is to fetch may not be known yet.
      const sudo = asRoot()
      if (!sudo || !apt(sudo, ['update']) || !download()) return null
    }
    const [file = ''] = globSync(join(part, '*.deb'))
    if (!run(['dpkg-deb', '--extract', file, join(part, 'files')])) return null
    renameSync(join(part, 'files'), folder)
    return folder
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

/** What to put before a command that only root may run; null where that would need a password. */
function asRoot(): string[] | null {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '--non-interactive'] : null
}

function apt(sudo: string[], args: string[], cwd = root): boolean {
  return run([...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet', ...args], cwd)
}

function run([program = '', ...args]: string[], cwd = root): boolean {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) console.error(`${program} ${args.join(' ')} did not work:\n${stdout}${stderr}`)
  return status === 0
}
