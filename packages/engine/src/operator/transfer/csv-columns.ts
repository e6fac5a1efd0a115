import { foldAddress } from '../../address.ts'
import { EngineError } from '../../errors.ts'
import { ownColumns } from './csv-row.ts'

/** What the columns of a file mean. */
export interface Columns {
  /** The name of the field in each column; `null` for one that is not read. */
  names: readonly (string | null)[]
  /** Our own export. */
  isOwn: boolean
  /** The line that names them; `null` if the first line is a row already: a bare list of addresses. */
  header: number | null
}

/** How common exports name what we read: in lower case, letters and digits only. The earlier ones count first. */
const foreignNames = {
  recipient: ['emailaddress', 'email', 'address', 'recipient', 'subscriberemail', 'contactemail', 'mail'],
  at: [
    'createdat',
    'created',
    'date',
    'timestamp',
    'time',
    'addedat',
    'suppressedat',
    'unsubscribedat',
    'unsubtime',
    'lastupdatetime',
    'updatedat',
    'updated',
  ],
  note: [
    'reason',
    'suppressionreason',
    'unsubreason',
    'bouncereason',
    'error',
    'description',
    'type',
    'note',
  ],
} as const

/** What is read of a row that is not our own. */
export type ForeignField = keyof typeof foreignNames

/**
 * Reads the header of a CSV file.
 *
 * @throws EngineError `EIMPORT` if it names no column with addresses and is no address
 */
export function columnsOf(line: number, header: readonly string[]): Columns {
  const cells = header.map((cell) => cell.trim())
  if (['recipient', 'origin', 'streams', 'at'].every((name) => cells.includes(name))) {
    const known: readonly string[] = ownColumns
    return {
      names: cells.map((cell) => (known.includes(cell) ? cell : null)),
      isOwn: true,
      header: line,
    }
  }
  const names = cells.map((): ForeignField | null => null)
  const plain = cells.map(plainName)
  for (const [field, known] of Object.entries(foreignNames) as [ForeignField, readonly string[]][]) {
    const index = known.map((name) => plain.indexOf(name)).find((at) => at >= 0)
    if (index !== undefined) names[index] = field
  }
  if (names.includes('recipient')) return { names, isOwn: false, header: line }
  const bare = cells.findIndex((cell) => foldAddress(cell) !== null)
  if (bare < 0) {
    throw new EngineError(
      'EIMPORT',
      `import: the first line must name the columns, one of them ${foreignNames.recipient.join(', ')}; ` +
        `found ${cells.length} ${cells.length === 1 ? 'column' : 'columns'}, none with such a name`,
    )
  }
  return {
    names: cells.map((_, at) => (at === bare ? 'recipient' : null)),
    isOwn: false,
    header: null,
  }
}

/** The fields of a JSON object that is not our own, as the columns of a CSV file would be named. */
export function foreignFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const byName = new Map(Object.entries(fields).map(([name, value]) => [plainName(name), value]))
  return Object.fromEntries(
    Object.entries(foreignNames).flatMap(([field, known]) => {
      const name = known.find((one) => byName.has(one))
      return name === undefined ? [] : [[field, byName.get(name)]]
    }),
  )
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
