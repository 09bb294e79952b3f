/** What a form that was refused gets back: what to say, where, and everything that was typed. */
export interface Failure {
  /** Which form on the page; also the beginning of its fields' ids. */
  form: string
  /** What happened, why, and what to do; null when only a name is asked for. */
  message: string | null
  /** Whether the person is to be asked for a name before this can be done. */
  askName: boolean
  fields: { name: string; message: string }[]
  values: Record<string, string>
  /** Set where the form may be sent again after a while, as it is. */
  wait?: Wait
  /** Set where ideas like the one that was sent are there already, and the person is to look first. */
  similar?: Similar
}

/** What comes back with a new idea that may be there already. */
export interface Similar {
  ideas: { id: string; title: string; closed: boolean }[]
  /** The picture that was chosen, as with `Wait`. */
  picture: string | null
  pictureLeftOut: boolean
}

/** What somebody who begins to take part, and cannot work for it, waits with. */
export interface Wait {
  proof: string
  seconds: number
  /** The picture that was chosen, in base64; null for none, or for one that is too large to be sent back. */
  picture: string | null
  pictureLeftOut: boolean
}

/** What a field of a form shows: what was typed before, and what was wrong with it. */
export interface FieldState {
  id: string
  value: string
  wrong: string | null
}

/** @param start what the field holds when nothing was typed yet */
export function fieldState(failure: Failure | null | undefined, form: string, name: string, start = ''): FieldState {
  const own = failure?.form === form ? failure : null
  return {
    id: `${form}-${name}`,
    value: own?.values[name] ?? start,
    wrong: own?.fields.find((field) => field.name === name)?.message ?? null,
  }
}
