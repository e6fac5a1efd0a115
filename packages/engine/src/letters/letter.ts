/** A part of a {@link Letter}. */
export type LetterBlock =
  | { type: 'paragraph'; text: string }
  | { type: 'list'; items: readonly string[] }
  /** Lines to be shown as they are, such as replies: remote text, without control characters. */
  | { type: 'lines'; lines: readonly string[] }

/** Some blocks under a heading. */
export interface LetterSection {
  /** `null` for what stands before the first one and behind the last. */
  heading: string | null
  blocks: readonly LetterBlock[]
}

/** Something to be sent by a person, or entered into a form. Nothing is sent by itself. */
export interface Letter {
  /** The address that it goes to; `null` if it is for a form. */
  to: string | null
  /** Where to look up what is blocked, and to ask for an end of it: a page for each IP or domain. Empty if it goes by mail. */
  urls: readonly string[]
  /** One line, at most 200 characters. */
  subject: string
  sections: readonly LetterSection[]
  /** The sections as plain text in lines of 76 characters; replies are not wrapped. */
  text: string
  /** Subject, addresses and sections as Markdown, remote text as indented code. */
  markdown: string
  /** What to know before it is sent, for the sender alone: what is missing, who has to send it. */
  notes: readonly string[]
}
