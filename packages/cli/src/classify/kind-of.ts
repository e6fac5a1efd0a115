import { detectLogFormat } from '@icloud-delivery/feedback'
import type { FileKind } from './classify-file.ts'

/**
 * What a file is by its beginning; lines with a reply each, if nothing else fits.
 *
 * @param sample - the first 64 KiB
 */
export function kindOf(sample: string): Exclude<FileKind, 'maildir'> {
  if (/^From \S/.test(sample)) return 'mbox'
  const format = detectLogFormat(sample)
  if (format !== null) return format
  return /^(?:Return-Path|Received|Delivered-To|X-Original-To|From|Date|Message-ID|MIME-Version|Subject):/i.test(
    sample,
  )
    ? 'message'
    : 'lines'
}
