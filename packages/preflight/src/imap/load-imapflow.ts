import type { ImapFlow } from 'imapflow'
import { PreflightError } from '../errors.ts'

/** No literal, as it need not be there. */
const name: string = 'imapflow'

/** @throws PreflightError `EARGUMENT` without imapflow */
export async function loadImapFlow(): Promise<typeof ImapFlow> {
  try {
    return ((await import(name)) as { ImapFlow: typeof ImapFlow }).ImapFlow
  } catch (error) {
    throw new PreflightError('EARGUMENT', 'To look into mailboxes imapflow is needed: npm install imapflow', {
      cause: error,
    })
  }
}
