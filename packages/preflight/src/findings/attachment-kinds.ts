import type { Kind } from './kind.ts'

type AttachmentCode =
  | 'attachment-executable'
  | 'attachment-script'
  | 'attachment-macro'
  | 'attachment-encrypted'
  | 'attachment-nested-archive'
  | 'attachment-archive'
  | 'attachment-bomb'
  | 'attachment-broken'
  | 'attachment-not-inspected'
  | 'attachment-disguised'
  | 'attachment-active'

/** What filters may take amiss in attachments. */
export const attachmentKinds: Readonly<Record<AttachmentCode, Kind>> = {
  'attachment-executable': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'An attachment is or holds a program',
    fix: 'Offer it on a page of yours',
  },
  'attachment-script': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'An attachment is or holds a script',
    fix: 'Offer it on a page of yours',
  },
  'attachment-macro': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'An attachment is an office document with macros',
    fix: 'Save it without macros, or as PDF',
  },
  'attachment-encrypted': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'An attachment is encrypted, so no filter can look inside',
    fix: 'Offer it on a page of yours behind a log-in',
  },
  'attachment-nested-archive': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'An attachment is an archive within an archive',
    fix: 'Offer the files on a page of yours',
  },
  'attachment-archive': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'An attachment is an archive',
    fix: 'Attach the file itself, or offer it on a page of yours',
  },
  'attachment-bomb': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'An archive unpacks to far more than is sensible',
    fix: 'Take it out',
  },
  'attachment-broken': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'An archive cannot be read',
    fix: 'Make it anew',
  },
  'attachment-not-inspected': {
    severity: 'unknown',
    risks: [],
    title: 'An archive could not be looked into, or only in part, so nobody knows what it holds',
    fix: 'Attach the file itself, zip it, or offer it on a page of yours',
  },
  'attachment-disguised': {
    severity: 'error',
    risks: ['policy-cs03'],
    title: 'The name of an attachment hides what it is',
    fix: 'Give it the ending of what it is, and one ending only',
  },
  'attachment-active': {
    severity: 'warning',
    risks: ['policy-cs03'],
    title: 'An attachment does something when it is opened',
    fix: 'Save it without scripts and actions',
  },
}
