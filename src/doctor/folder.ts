import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathIn } from '../db/connect.ts'
import type { Finding } from './finding.ts'

const names = { database: 'folkmoot.sqlite', key: 'secret.key' }

/**
 * Who may read and write the data folder and what is in it.
 * @param keyIsElsewhere whether the key comes from SECRET_KEY
 */
export function checkFolder(dataDir: string, keyIsElsewhere: boolean): Finding[] {
  // Then there is nothing to look after, and that is told with the database.
  if (!existsSync(pathIn(dataDir))) return []
  return [
    ...checkSecrecy(dataDir),
    ...checkOwners(dataDir),
    ...checkWritable(dataDir),
    ...(keyIsElsewhere ? [] : checkKey(dataDir)),
  ]
}

function checkSecrecy(dataDir: string): Finding[] {
  const paths = [dataDir, ...Object.values(names).map((name) => join(dataDir, name))].filter((path) => existsSync(path))
  return paths.flatMap((path) => {
    const stat = statSync(path)
    const mode = stat.mode & 0o777
    if ((mode & 0o077) === 0) return []
    const wanted = stat.isDirectory() ? '700' : '600'
    return {
      check: 'folder',
      finding: `${path} is open to other users of this machine (mode ${mode.toString(8).padStart(3, '0')}).`,
      advice: `Run: chmod ${wanted} ${path}`,
    }
  })
}

/** A command that was run by another user may leave files that the server then cannot write. */
function checkOwners(dataDir: string): Finding[] {
  const owner = statSync(dataDir).uid
  const strange = readdirSync(dataDir).filter((name) => {
    const stat = statSync(join(dataDir, name), { throwIfNoEntry: false })
    return stat !== undefined && stat.uid !== owner
  })
  if (strange.length === 0) return []
  return [
    {
      check: 'folder',
      finding: `In ${dataDir}, which belongs to user ${owner}, ${strange.join(', ')} ${strange.length === 1 ? 'belongs' : 'belong'} to somebody else.`,
      advice: `Run: chown -R ${owner} ${dataDir} and run folkmoot’s commands as the user that the server runs as.`,
    },
  ]
}

function checkWritable(dataDir: string): Finding[] {
  return [dataDir, pathIn(dataDir)].flatMap((path) => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK)
      return []
    } catch {
      return {
        check: 'folder',
        finding: `${path} cannot be written by this user.`,
        advice:
          'Run this as the user that the server runs as. If you did: is the file system mounted read-only, or the owner wrong?',
      }
    }
  })
}

function checkKey(dataDir: string): Finding[] {
  const path = join(dataDir, names.key)
  const finding = !existsSync(path)
    ? `There is no key at ${path}, so the next start makes a new one.`
    : readFileSync(path, 'utf8').trim().length < 32
      ? `The key at ${path} is shorter than 32 characters.`
      : null
  if (finding === null) return []
  const advice =
    'Bring it back from a backup (docs/backup.md). Without it, requests of the last day that are sent again get an error.'
  return [{ check: 'folder', finding, advice }]
}

/** Below this the next evening may fill the disk: 1 GiB. */
const leastFree = 2 ** 30

/** @param atLeast bytes that should be free where the data are */
export function checkSpace(dataDir: string, atLeast = leastFree): Finding[] {
  if (!existsSync(dataDir)) return []
  const disk = statfsSync(dataDir)
  const free = disk.bavail * disk.bsize
  const findings: Finding[] = []
  const mib = (bytes: number) => `${Math.floor(bytes / 2 ** 20).toLocaleString('en')} MiB`
  if (free < atLeast)
    findings.push({
      check: 'space',
      finding: `Only ${mib(free)} are free where ${dataDir} lies; it should be ${mib(atLeast)} at least.`,
      advice: 'Make room or a larger disk. When it is full nothing can be written any more; reading goes on.',
    })
  if (disk.files > 0 && disk.ffree < 100)
    findings.push({
      check: 'space',
      finding: `Where ${dataDir} lies only ${disk.ffree} more files can be made.`,
      advice: 'Remove small files that are not needed on that file system (df -i shows how many there are).',
    })
  return findings
}
