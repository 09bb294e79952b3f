/** A link beside an idea, as the page shows it. */
export interface IdeaLink {
  href: string
  host: string
  /** Address of the player, when it leads to a video. It is loaded after a tap only. */
  player?: string
}
