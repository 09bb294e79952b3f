/** Plain text, or a link as its text and address. */
export type Piece = string | [text: string, href: string]

/** Paragraphs of lines of pieces. Made on the server, so that the browser needs no code to find links. */
export type RichText = Piece[][][]
