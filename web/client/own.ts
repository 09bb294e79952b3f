/** Ids on the page of what was sent from it, such as `idea-…`: it is shown at once, and not told as news. */
export const own = new Set<string>()
