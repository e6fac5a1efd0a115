import { readFile } from 'node:fs/promises'
import { FeedbackError } from '../../errors.ts'
import { replaceFile } from '../../files/replace-file.ts'

/** How far a folder was read: UIDs grow as long as its UIDVALIDITY stays the same (RFC 9051, 2.3.1.1). */
interface Place {
  uidValidity: string
  uid: number
}

const saveEvery = 50

/** How far one folder was read, in a file that may hold others. */
export class ImapPlace {
  /** The last UID that is done with. */
  after: number
  private readonly path: string
  private readonly name: string
  private readonly uidValidity: string
  private isHeld = false
  private unsaved = 0

  private constructor(path: string, name: string, uidValidity: string, after: number) {
    this.path = path
    this.name = name
    this.uidValidity = uidValidity
    this.after = after
  }

  /** Throws FeedbackError `EINPUT` for a file that holds something else. */
  static async open(path: string, name: string, uidValidity: bigint | number): Promise<ImapPlace> {
    const place = (await placesIn(path))[name]
    const isSame = place?.uidValidity === String(uidValidity)
    return new ImapPlace(path, name, String(uidValidity), isSame ? place.uid : 0)
  }

  /** A message that is not done holds up those behind it: they come again with it, and what was counted is known again. */
  async passed(uid: number, isDone: boolean): Promise<void> {
    if (!isDone) this.isHeld = true
    if (this.isHeld) return
    this.after = uid
    if (++this.unsaved >= saveEvery) await this.save()
  }

  async save(): Promise<void> {
    if (this.unsaved === 0) return
    const places = {
      ...(await placesIn(this.path)),
      [this.name]: { uidValidity: this.uidValidity, uid: this.after },
    }
    await replaceFile(this.path, `${JSON.stringify(places, null, 2)}\n`)
    this.unsaved = 0
  }
}

async function placesIn(path: string): Promise<Record<string, Place>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new FeedbackError('EINPUT', `imap: state ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
  // A machine that stopped may leave it empty. What is read again counts once.
  if (text === '') return {}
  try {
    const places: unknown = JSON.parse(text)
    if (typeof places === 'object' && places !== null && Object.values(places).every(isPlace))
      return places as Record<string, Place>
  } catch {
    // Said below.
  }
  throw new FeedbackError(
    'EINPUT',
    `imap: state ${path} holds something else; name another file, or remove it`,
  )
}

function isPlace(value: unknown): boolean {
  const { uidValidity, uid } = (value ?? {}) as Partial<Place>
  return typeof uidValidity === 'string' && Number.isSafeInteger(uid)
}
