/** Sent by web/client with a form, so that the answer can be one that it reads. */
export const scriptHeader = 'x-folkmoot-script'

/** The challenge that a form which begins to take part has to solve, as JSON in base64; and where its solution goes. */
export const challengeHeader = 'folkmoot-challenge'
export const proofHeader = 'folkmoot-proof'

/** Where an answer without content leads to; a script cannot see the whole address of a redirect. */
export const nextHeader = 'x-folkmoot-next'
