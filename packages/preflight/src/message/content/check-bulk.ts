import { found, type Finding } from '../../findings/finding.ts'
import { valueOf, type HeaderBlock } from '../header-block.ts'
import type { Link } from './link.ts'

/** Whether the headers say that this is bulk mail. */
export function looksBulk(headers: HeaderBlock): boolean {
  const precedence = valueOf(headers, 'precedence')
  return (
    [
      'list-unsubscribe',
      'list-id',
      'feedback-id',
      'x-campaign',
      'x-campaignid',
      'x-mailchimp-campaign-id',
    ].some((name) => valueOf(headers, name) !== undefined) || /^(?:bulk|list)$/i.test(precedence ?? '')
  )
}

const unsubscribeWords =
  /unsubscribe|opt[ -]?out|manage (?:your )?(?:e-?mail )?(?:preferences|subscription)|stop (?:receiving|these)|abmelden|abbestellen|austragen|désabonner|désinscrire|desinscrire|darse de baja|cancelar (?:la )?suscripción|anular suscripción|disiscriviti|cancella iscrizione|annulla l.iscrizione|afmelden|uitschrijven|wypisz|cancelar (?:a )?(?:assinatura|inscrição)|avsluta prenumeration|avregistrera|afmeld|avmeld|отписаться|配信停止|退订/iu

const postalPattern =
  /\b(?:p\.? ?o\.? box|postfach|bp|apartado)\s*\d|\b\d{1,5}[a-z]?,?\s{1,3}(?:\p{Lu}[\p{L}.'-]{0,30}\s{1,3}){1,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|way|court|ct|square|sq|place|suite|floor|parkway|highway)\b|\b\d{1,4},?\s{1,3}(?:rue|avenue|boulevard|place|quai|chemin)\s|\p{L}{2,40}(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ring|ufer|straat|laan|gatan|vägen|vej|gade)\s{0,3}\d|\b(?:via|calle|piazza|rua|avenida|plaza)\s{1,3}[\p{L} ]{2,40},?\s*\d|\b[A-Z]{2}\s{1,3}\d{5}(?:-\d{4})?\b|\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b|\b(?:[A-Z]{1,2}-)?\d{4,5}\s{1,3}\p{Lu}\p{L}{2}/iu

const contactWords =
  /contact|support|\bhelp\b|customer (?:service|care)|get in touch|questions\?|reply to this|kontakt|hilfe|kundenservice|kundendienst|nous contacter|service client|aide|ayuda|contacto|atención al cliente|assistenza|contatt|klantenservice|\+\d[\d ()/-]{6,}/iu

export interface BulkContent {
  headers: HeaderBlock
  links: readonly Link[]
  /** Everything that a reader sees. */
  text: string
}

/** What bulk mail has to have. */
export function checkBulk({ headers, links, text }: BulkContent): Finding[] {
  return [...checkListUnsubscribe(headers), ...checkVisible(links, text)]
}

function checkListUnsubscribe(headers: HeaderBlock): Finding[] {
  const where = 'header List-Unsubscribe'
  const value = valueOf(headers, 'list-unsubscribe')
  if (value === undefined) return [found('list-unsubscribe-missing', { where, evidence: 'not there' })]
  const post = valueOf(headers, 'list-unsubscribe-post')
  const hasHttps = /<\s*https:\/\/[^>\s]+\s*>/i.test(value)
  if (hasHttps && /^List-Unsubscribe=One-Click$/i.test(post?.replace(/\s/g, '') ?? '')) return []
  const evidence = hasHttps ? `List-Unsubscribe-Post: ${post ?? 'not there'}` : value
  return [found('list-unsubscribe-not-one-click', { where, evidence })]
}

function checkVisible(links: readonly Link[], text: string): Finding[] {
  const findings: Finding[] = []
  const where = 'text'
  const visible = links.filter(({ isHidden }) => !isHidden)
  const leads = visible.some(
    ({ text: words, href }) => unsubscribeWords.test(words) || /unsub|opt-?out|abmeld/i.test(href),
  )
  if (!leads && !unsubscribeWords.test(text))
    findings.push(
      found('unsubscribe-not-visible', { where, evidence: 'no link or sentence about unsubscribing' }),
    )
  if (!postalPattern.test(text))
    findings.push(
      found('postal-address-missing', { where, evidence: 'nothing that looks like a postal address' }),
    )
  const isReachable =
    contactWords.test(text) ||
    visible.some(({ href }) => /^(?:mailto|tel):/i.test(href)) ||
    /\S@\S{1,80}\.\S/.test(text)
  if (!isReachable)
    findings.push(
      found('support-contact-missing', { where, evidence: 'no help page, address or phone number' }),
    )
  return findings
}
