import { argument } from '../../errors.ts'
import { aborting, callable, flag, hiddenText, objectOfAny, text, whole } from '../../options/check.ts'
import { objectOf, type Checks } from '../../options/check-options.ts'
import type { MessageOptions } from '../read-one.ts'
import type { ImapOptions } from './imap.ts'
import type { MaildirOptions } from './maildir.ts'
import type { WalkOptions } from './walk.ts'

export const messageChecks: Checks<MessageOptions> = {
  source: text('a name'),
  deliveredTo: text('an address'),
}

export const walkChecks: Checks<WalkOptions> = { progress: callable, signal: aborting }

export const maildirChecks: Checks<MaildirOptions> = {
  ...walkChecks,
  moveTo: text('the path of a Maildir'),
  keep: flag,
}

const authChecks: Checks<ImapOptions['auth']> = {
  user: text('a name'),
  pass: hiddenText('a text'),
  accessToken: hiddenText('a text'),
}

export const imapChecks: Checks<ImapOptions> = {
  ...walkChecks,
  host: text('the name of a server'),
  port: whole(1, 65_535),
  secure: flag,
  insecure: flag,
  auth(value, name) {
    objectOf(authChecks)(value, name)
    const { user, pass, accessToken } = value as ImapOptions['auth']
    if (user === undefined || (pass ?? accessToken) === undefined)
      throw argument(name, 'a user and a pass or an accessToken', user)
  },
  folder: text('the name of a folder'),
  moveTo: text('the name of a folder'),
  state: text('the path of a file'),
  tls: objectOfAny,
}
