import { SaxesParser } from 'saxes'
import { plainIp } from '../dns/lookups.ts'
import { shown } from '../findings/shown.ts'
import type { ReportHead, ReportRow } from './aggregate.ts'

export interface ParsedReport {
  head: ReportHead
  rows: ReportRow[]
}

const mostDepth = 12
const mostRows = 30_000
/** Characters of one element that are kept. */
const mostText = 300
const pieceLength = 64 * 1024

/**
 * Reads an aggregate report (RFC 7489, RFC 9990). Only the elements that are known are kept, in bounds; there are no entities but
 * XML’s own five, and a document type is refused.
 *
 * @throws Error what is wrong with it
 */
export function parseReport(xml: string): ParsedReport {
  /** Where we are, such as `record/row/source_ip`, and all that it lies in. */
  const path: string[] = []
  const head: ReportHead = { organisation: '', id: '', domain: '', begin: 0, end: 0 }
  const rows: ReportRow[] = []
  let row = emptyRow()
  let text = ''
  let isReport = false

  const parser = new SaxesParser({ position: false })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new Error('it has a document type, which no report needs')
  })
  parser.on('opentag', ({ name: fullName }) => {
    const name = localName(fullName)
    const parent = path.at(-1)
    path.push(parent === undefined ? '' : parent === '' ? name : `${parent}/${name}`)
    if (path.length > mostDepth) throw new Error(`it is nested deeper than ${mostDepth}`)
    if (path.length === 1) {
      isReport = name === 'feedback'
      if (!isReport) throw new Error(`it is no DMARC report but <${shown(name, 40)}>`)
    }
    if (path.at(-1) === 'record') row = emptyRow()
    text = ''
  })
  const addText = (piece: string): void => {
    if (text.length < mostText) text += piece.slice(0, mostText - text.length)
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const at = path.pop() ?? ''
    const value = text.trim()
    text = ''
    if (at === 'record') {
      const full = finish(row)
      if (rows.length >= mostRows) throw new Error(`it has more than ${mostRows} rows`)
      if (full !== null) rows.push(full)
    } else if (value === '') return
    else if (at.startsWith('record/')) setRow(row, at, shown(value, mostText))
    else setHead(head, at, shown(value, mostText))
  })
  for (let at = 0; at < xml.length; at += pieceLength) parser.write(xml.slice(at, at + pieceLength))
  parser.close()
  if (!isReport) throw new Error('it is empty')
  return { head, rows }
}

/** Some reporters put everything into a namespace. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

type GrowingRow = Omit<ReportRow, 'dkimDomains' | 'spfDomains'> & {
  dkimDomains: string[]
  spfDomains: string[]
}

function emptyRow(): GrowingRow {
  return {
    ip: '',
    count: 0,
    disposition: 'none',
    dkim: false,
    spf: false,
    fromDomain: '',
    dkimDomains: [],
    spfDomains: [],
  }
}

function setRow(row: GrowingRow, at: string, value: string): void {
  const lower = value.toLowerCase()
  if (at === 'record/row/source_ip') row.ip = value
  else if (at === 'record/row/count') row.count = Number(value)
  else if (at === 'record/row/policy_evaluated/disposition') row.disposition = lower
  else if (at === 'record/row/policy_evaluated/dkim') row.dkim = lower === 'pass'
  else if (at === 'record/row/policy_evaluated/spf') row.spf = lower === 'pass'
  else if (at === 'record/identifiers/header_from') row.fromDomain = lower
  else if (at === 'record/auth_results/dkim/domain' && row.dkimDomains.length < 20)
    row.dkimDomains.push(lower)
  else if (at === 'record/auth_results/spf/domain' && row.spfDomains.length < 20) row.spfDomains.push(lower)
}

/** `null` for a row without a source or a sensible count. */
function finish(row: GrowingRow): ReportRow | null {
  const ip = plainIp(row.ip)
  return ip !== null && Number.isSafeInteger(row.count) && row.count > 0 ? { ...row, ip } : null
}

function setHead(head: ReportHead, at: string, value: string): void {
  const seconds = Number(value)
  if (at === 'report_metadata/org_name') head.organisation = value
  else if (at === 'report_metadata/report_id') head.id = value
  else if (at === 'policy_published/domain') head.domain = value.toLowerCase()
  else if (at === 'report_metadata/date_range/begin' && Number.isFinite(seconds)) head.begin = seconds * 1000
  else if (at === 'report_metadata/date_range/end' && Number.isFinite(seconds)) head.end = seconds * 1000
}
