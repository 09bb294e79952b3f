import { existsSync, readFileSync } from 'node:fs'

// Loaded into a server, in each of its threads, so that a test can set its clock: by as many milliseconds as the file
// named by TEST_CLOCK says at each moment.
const file = process.env.TEST_CLOCK ?? ''
const real = Date.now
Date.now = () => real() + (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
