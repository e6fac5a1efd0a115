// Besides what steers a terminal (C0, DEL, C1), what changes the order or the breaks of a line.
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Shows what a sender sent: line breaks as `\n`, other characters that steer a terminal as `\u001b`. */
export function visible(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replace(invisible, escaped)
}

/** One line of JSON that is safe in a terminal too. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(invisible, escaped)
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
