/** Sent by web/client with a form, so that the answer can be one that it reads. */
export const scriptHeader = 'x-folkmoot-script'

/** Where an answer without content leads to; a script cannot see the whole address of a redirect. */
export const nextHeader = 'x-folkmoot-next'
