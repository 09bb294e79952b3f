import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, so small that it can be filled. */
export interface SmallDisk {
  readonly folder: string
  /** Leaves not a byte. */
  fill(): void
  makeRoom(): void
  remount(options: string): void
  remove(): Promise<void>
}

/** Why there can be no small disk here; null where there can. Only root may mount, and not in every container. */
export const noSmallDisk: string | null = await (async () => {
  try {
    await (await smallDisk(1)).remove()
    return null
  } catch {
    return 'Here no file system may be mounted (that takes root on Linux), so faults of the disk are not tested.'
  }
})()
// eslint-disable-next-line no-console -- what is left out is said
if (noSmallDisk !== null) console.warn(noSmallDisk)

/** @param size in MiB. @throws where mounting is not allowed */
export async function smallDisk(size: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'folkmoot-disk-'))
  const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'pipe' })
  try {
    mount('-t', 'tmpfs', '-o', `size=${size}m`, 'folkmoot-test', folder)
  } catch (failure) {
    await rm(folder, { recursive: true })
    throw failure
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a')
      // Ever smaller pieces, until not one byte fits any more.
      for (let piece = 64 * 1024; piece >= 1; piece = Math.floor(piece / 2)) {
        try {
          for (;;) writeSync(file, Buffer.alloc(piece))
        } catch (failure) {
          if ((failure as NodeJS.ErrnoException).code !== 'ENOSPC') throw failure
        }
      }
      closeSync(file)
    },
    makeRoom: () => rmSync(filler, { force: true }),
    remount: (options) => mount('-o', `remount,${options}`, folder),
    async remove() {
      execFileSync('umount', [folder])
      await rm(folder, { recursive: true, force: true })
    },
  }
}
