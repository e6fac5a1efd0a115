import type { attachmentKinds } from '../../findings/attachment-kinds.ts'

/** What was seen in a file, before it is known what the file is called in the end. */
export interface FileSighting {
  code: keyof typeof attachmentKinds
  evidence: string
}
