import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Installs one of Debian's packages, on Debian and Ubuntu where that needs no password.
 * @param what is missing, as somebody would say it
 * @returns whether it was installed
 */
export function installPackage(name: string, what: string): boolean {
  if (!existsSync('/usr/bin/apt-get')) return false
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive']
  if (sudo.length > 0 && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return false
  console.log(`There is no ${what} here for the tests. Installing it with apt-get; this takes a minute …`)
  return apt(sudo, ['update']) && apt(sudo, ['install', '--yes', '--no-install-recommends', name])
}

function apt(sudo: string[], args: string[]): boolean {
  const [program = '', ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '--quiet', ...args]
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (status !== 0) console.error(`apt-get ${args.join(' ')} did not work:\n${stdout}${stderr}`)
  return status === 0
}
