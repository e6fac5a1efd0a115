/** As much of a name as the engine tells apart. */
export const LONGEST_NAME = 64

/** A name as the engine writes it, so that what it says of one is found again. */
export function writtenName(said: string): string {
  return said.slice(0, LONGEST_NAME).replace(/[^\w.:@+-]/g, '_')
}
