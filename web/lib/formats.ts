import { createContext } from 'svelte'
import type { Formats } from './format.ts'

/** In a component: `const format = formats()`. The root layout provides them. */
export const [formats, provideFormats] = createContext<Formats>()
