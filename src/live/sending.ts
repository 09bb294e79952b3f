import type { Socket } from 'node:net'
import { setImmediate as breath } from 'node:timers/promises'

/** How many connections are written to before whatever else waits gets its turn. */
const slice = 100

/** How much may wait for a listener to take it, in bytes; who is further behind is dropped, comes back and catches up. */
const farthestBehind = 64 * 1024

/**
 * Writes the same bytes to many connections, a slice at a time.
 * @returns how long that kept the process busy, in milliseconds
 */
export async function sendToAll(sockets: Socket[], bytes: Uint8Array): Promise<number> {
  let busy = 0
  for (let from = 0; from < sockets.length; from += slice) {
    if (from > 0) await breath()
    const began = performance.now()
    for (const socket of sockets.slice(from, from + slice)) send(socket, bytes)
    busy += performance.now() - began
  }
  return busy
}

function send(socket: Socket, bytes: Uint8Array): void {
  if (!socket.writable) return
  if (socket.writableLength > farthestBehind) socket.destroy()
  else socket.write(bytes)
}

/** Ends connections: those that took everything in good order, those that are behind at once. */
export function hangUp(sockets: Socket[]): void {
  for (const socket of sockets)
    if (socket.writableLength === 0) socket.destroySoon()
    else socket.destroy()
}
