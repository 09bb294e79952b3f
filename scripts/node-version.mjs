// Plain JavaScript, because this is the one file that an older Node must be able to read: it runs before all others.
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const needed = Number(/\d+/.exec(engines.node)?.[0])

if (Number(process.versions.node.split('.')[0]) < needed) {
  console.error(
    `Folkmoot needs Node ${needed} or newer, and this is Node ${process.versions.node}. On Linux \`npm ci\` brings it ` +
      `along (unless called with --omit=optional); elsewhere install it from https://nodejs.org and try again.`,
  )
  process.exit(1)
}
