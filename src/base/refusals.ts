import type { TextFlaw } from './text.ts'

/** One line of what is wrong with an input: where (JSON pointer without the slash at the front, or a field's name) and why. */
export interface InputError {
  path: string
  message: string
  /** What kind of wrong it is, for a door that has its own words: the pages translate by it. */
  code?: InputFlaw
  /** How many characters are possible, where there are more. */
  limit?: number
}

export type InputFlaw = TextFlaw | 'missing' | 'empty' | 'too_long'

/**
 * The refusal catalogue: every way in which a rule says no.
 * `status` is the HTTP status, `sentence` what the API says in English; the web translates by code
 * (message `refusal_<code>`), and a test holds both lists together.
 */
export const catalogue = {
  // What was sent
  invalid_input: [400, 'Something in what was sent is not right; see the errors for where and why.'],
  malformed_request: [400, 'This could not be read as an HTTP request.'],
  headers_too_large: [431, 'The headers of this request are larger than this server takes.'],
  too_slow: [408, 'This request did not arrive in time. Send it again.'],
  malformed_json: [400, 'The body is not valid JSON.'],
  wrong_content_type: [415, 'This address takes JSON: send Content-Type: application/json.'],
  too_large: [413, 'What was sent is larger than this server takes.'],
  idempotency_key_invalid: [400, 'An Idempotency-Key has 1 to 255 visible ASCII characters.'],
  idempotency_key_reused: [422, 'This Idempotency-Key was used before with a different request. Use a new key.'],
  image_not_readable: [422, 'This file is not a picture that can be read. Use a JPEG, PNG, WebP or GIF file.'],
  image_heic: [422, 'HEIC pictures cannot be read here. Save the picture as JPEG and choose it again.'],
  image_too_large: [413, 'The picture is larger than 10 MB. Choose a smaller one.'],
  image_too_many_pixels: [422, 'The picture has more than 50 million pixels. Choose a smaller one.'],
  link_not_safe: [422, 'A link must begin with https:// or http:// and name a host.'],
  deadline_in_past: [422, 'The deadline must lie in the future.'],
  time_in_past: [422, 'This time must lie in the future. Leave it out for what is to hold from now on.'],
  times_out_of_order: [
    422,
    'These times are out of order: the question opens, then ideas end and voting begins, then voting ends, and the deadline comes last.',
  ],
  time_zone_unknown: [422, 'This is not the name of a time zone. Use one such as Europe/Berlin.'],
  setting_not_available: [422, 'This setting is not available on this server.'],
  setting_promised: [409, 'People have relied on this setting already, so it cannot be turned back.'],

  // Who is asking
  cross_site: [403, 'This request came from another site, so it was not carried out.'],
  token_unknown: [401, 'This token is not known here. It may have been replaced or withdrawn.'],
  owner_only: [403, 'Only the owner of the question can do this.'],
  author_only: [403, 'Only the person who wrote this, or the owner, can change it.'],
  participant_needed: [401, 'You are not taking part in this question on this device.'],
  proof_needed: [
    428,
    'Many people have just begun to take part from your network. Solve the challenge, or wait as it says, and send this again with the proof.',
  ],
  level_needed: [
    403,
    'This question asks for more before you can do this: `level` says what. With `email` confirm an e-mail address, with `invited` open your invitation, with `account` sign in.',
  ],
  names_hidden: [422, 'Names are hidden in this question, so none is taken. Leave it out.'],
  name_required: [422, 'This question shows who takes part. Please give a name.'],

  email_invalid: [422, 'This is not an e-mail address that letters can be sent to.'],
  email_not_asked: [409, 'This question asks for no e-mail address, so none is taken.'],
  seat_confirmed: [409, 'Your e-mail address is confirmed here already.'],
  number_wrong: [
    422,
    'This is not the number that the other device shows. After five wrong ones the link is worth nothing any more.',
  ],
  address_taken: [
    409,
    'This address counts already, for somebody who took part on another device, and you have contributed on this one too. Go on there; or leave the question here first, and confirm again to have that place here.',
  ],
  mail_off: [409, 'This server sends no letters, so no e-mail address can be confirmed.'],

  // What is not there
  invitation_not_found: [404, 'This invitation is not known here. Look whether all of its link was copied.'],
  confirmation_unknown: [
    404,
    'This link is worth nothing any more: it was used, it is older than a day, a newer letter was asked for, or a wrong number was typed five times.',
  ],
  not_found: [404, 'There is nothing at this address.'],
  question_not_found: [404, 'There is no question at this address. It may have been deleted.'],
  idea_not_found: [404, 'This idea is not there any more.'],
  argument_not_found: [404, 'This argument is not there any more.'],
  comment_not_found: [404, 'This comment is not there any more.'],
  image_not_found: [404, 'This picture is not there any more.'],
  method_not_allowed: [405, 'This address does not answer to that method.'],

  act_not_found: [404, 'There is no such act in the list of what was done.'],
  entry_not_found: [404, 'There is no such entry of votes in the room.'],

  // What the question allows now
  question_closed: [409, 'The question is closed. Nothing can be added or changed any more.'],
  not_open_yet: [409, 'The question is not open yet: `at` says when it opens.'],
  ideas_over: [409, 'New ideas are not taken any more: `at` says until when they were.'],
  votes_not_yet: [409, 'Voting has not begun yet: `at` says when it does.'],
  votes_over: [409, 'Voting is over, and the votes stay as they are: `at` says when it ended.'],
  question_not_closed: [409, 'The question is still open.'],
  retention_promised: [409, 'Those who took part rely on how soon names are forgotten, so it cannot become later.'],
  people_forgotten: [
    409,
    'The names and devices of those who took part have been forgotten, so the question cannot be opened again: everyone could vote a second time.',
  ],
  new_ideas_off: [403, 'The owner takes no new ideas here.'],
  new_arguments_off: [403, 'The owner takes no new arguments here.'],
  agreements_off: [
    403,
    'Agreeing with arguments is switched off here. What was agreed with before can still be taken back.',
  ],
  images_off: [403, 'The owner takes no pictures here.'],
  links_off: [403, 'The owner takes no links here.'],
  comments_off: [403, 'The discussion is switched off here.'],
  results_hidden: [403, 'The votes are hidden at this moment.'],
  invitation_revoked: [410, 'This invitation was revoked. Ask whoever asked the question for another one.'],
  invitation_used: [
    409,
    'This invitation was used on another device already. Go on there, or ask whoever asked the question for another one.',
  ],
  invitations_spent: [409, 'A question has at most so many invitations as `most` says. Nothing was made.'],
  votes_per_idea: [409, 'These are more votes than everybody can give to one idea here.'],
  votes_spent: [409, 'You have used all your votes. Take one back to vote for this idea.'],
  ideas_spent: [409, 'You have added as many ideas as the owner allows each person.'],
  votes_set_aside: [
    403,
    'The owner has set your votes aside, so you cannot vote here. You may still write; “What you did here” says why.',
  ],
  nobody_to_set_aside: [
    409,
    'There is nobody here whose votes could be set aside: it was done already, or fewer than five people would be left to hide among.',
  ],
  person_unnamed: [
    422,
    'Only the votes of somebody who shows a name can be set aside alone: of anyone else it would show how they voted.',
  ],
  idea_closed: [409, 'The owner takes no more votes for this idea. The idea says why.'],
  reported_already: [409, 'You have reported this already, and the owner has looked at it.'],
  reports_spent: [409, 'You have reported as much as can wait for the owner at once. Wait until they have looked.'],
  dealt_with: [409, 'Somebody has dealt with this already, so nothing was done. Look at what was done.'],
  changed_meanwhile: [409, 'This has been changed since you looked at it, so nothing was done. Look at it again.'],
  act_final: [409, 'This cannot be undone.'],
  act_not_last: [409, 'Something else was done to this contribution since. Undo that first, or act on it anew.'],
  entry_empty: [422, 'Enter at least one vote.'],
  entry_too_many: [
    422,
    'These are more votes than that many people have. Count again, or correct how many were there.',
  ],
  entries_spent: [409, 'This question has as many entries of votes in the room as it can hold.'],
  merge_with_itself: [422, 'An idea cannot be merged into itself. Choose another one.'],
  decision_without_idea: [422, 'Choose at least one idea, or write what was decided.'],

  // The server
  too_fast: [429, 'This went too fast. Nothing was changed; wait for as long as Retry-After says and send it again.'],
  letters_spent: [
    429,
    'Too many letters were asked for from here within an hour. Look for those that came, also among the spam, or try again in an hour.',
  ],
  mail_full: [503, 'Too many letters wait to be sent. Nothing was changed; try again in a few minutes.'],
  overloaded: [503, 'Too many people are here at this moment. Nothing was changed; try again in a moment.'],
  cannot_store: [
    503,
    'This server cannot store anything at this moment. Nothing was changed; reading goes on. Try again in a few minutes.',
  ],
  database_away: [
    503,
    'This server cannot reach its database at this moment. What you sent may not be stored; send it again in a moment.',
  ],
  storage_damaged: [
    503,
    'What this server has stored is damaged, so nothing is changed any more until whoever runs it has restored it.',
  ],
  internal: [500, 'Something went wrong on the server. Nothing was lost that was confirmed before.'],
} as const satisfies Record<string, readonly [status: number, sentence: string]>

export type RefusalCode = keyof typeof catalogue

/** A rule saying no. Thrown by rules and verbs; turned into problem+json or a page's error summary at the doors. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly status: number
  readonly errors: InputError[]
  /** Facts that a sentence may name, such as the limit that was reached. */
  readonly facts: Record<string, string | number>

  constructor(code: RefusalCode, errors: InputError[] = [], facts: Record<string, string | number> = {}) {
    super(catalogue[code][1])
    this.name = 'Refusal'
    this.code = code
    this.status = catalogue[code][0]
    this.errors = errors
    this.facts = facts
  }
}

/** Makes a refusal to throw: `throw refuse('question_closed')`. */
export function refuse(
  code: RefusalCode,
  errors: InputError[] = [],
  facts: Record<string, string | number> = {},
): Refusal {
  return new Refusal(code, errors, facts)
}

/** Throws the refusal that a rule found, if it found one. */
export function hold(refusal: Refusal | null): void {
  if (refusal) throw refusal
}
