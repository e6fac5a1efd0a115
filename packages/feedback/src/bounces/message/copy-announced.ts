/** Whether a line of a text report announces the copy of the message that could not be delivered. */
export function isCopyAnnounced(line: string): boolean {
  return /^-{2,}.{0,20}\b(?:copy of|below this line|original message|body of)/i.test(line)
}
