/** A file in an archive. */
export interface ArchiveEntry {
  /** Remote text. */
  name: string
  isEncrypted: boolean
  /** As the archive says, bytes. */
  size: number
  /**
   * The first bytes of what is inside, at most so many: memory grows with what is asked for and not with what the entry claims.
   * `null` if it is packed in a way that is not unpacked here.
   */
  read(most: number): Promise<Buffer | null>
}

/** More than any archive has that goes by mail. */
export const mostEntries = 5000
