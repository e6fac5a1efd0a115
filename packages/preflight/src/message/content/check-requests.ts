import { found, type Finding } from '../../findings/finding.ts'
import type { FindingCode } from '../../findings/kinds.ts'

/** Words that ask, in front of what must not be asked for. */
const asks =
  '(?:confirm|verify|validate|enter|provide|send (?:us )?|submit|re-?type|reply with|give us|type in|supply|bestätigen|verifizieren|eingeben|angeben|senden|confirmez|saisissez|vérifiez|confirme|introduzca|verifique|inserisci|verifica)'

const passwordWords =
  '(?:password|passcode|passphrase|pin code|log-?in (?:data|details|credentials)|sign-?in (?:data|details|credentials)|credentials|apple id and|passwort|kennwort|zugangsdaten|anmeldedaten|mot de passe|contraseña|parola d.accesso)'

const moneyWords =
  '(?:(?:credit |debit |payment )?card (?:number|details|data|information)|cvv|cvc|security code|bank (?:account|details|data)|account number|iban|social security|ssn|tax (?:id|number)|kreditkarten?(?:nummer|daten)|bankdaten|kontodaten|carte bancaire|tarjeta de crédito|carta di credito)'

/** In either order, as languages differ, within one sentence. */
function request(things: string): RegExp {
  return new RegExp(
    `${asks}[^.!?\\n]{0,60}${things}|${things}[^.!?\\n]{0,40}(?:bestätigen|verifizieren|eingeben|angeben|senden)`,
    'iu',
  )
}

const sentences: readonly { code: FindingCode; pattern: RegExp }[] = [
  { code: 'asks-for-password', pattern: request(passwordWords) },
  { code: 'asks-for-card-data', pattern: request(moneyWords) },
  {
    code: 'account-threat',
    pattern:
      /\b(?:account|access|mailbox|apple id|konto|zugang|compte|cuenta)\b[^.!?\n]{0,60}\b(?:suspended|locked|limited|disabled|deactivated|terminated|closed|restricted|gesperrt|eingeschränkt|suspendu|bloqué|suspendida|bloqueada)\b|\b(?:suspend|lock|limit|disable|deactivate|terminate|close)\b[^.!?\n]{0,40}\byour (?:account|access|mailbox)\b/iu,
  },
]

/** "We will never ask for your password" asks for none, and "do not send" neither. */
const denies = /\b(?:never|not|don.?t|won.?t|no one|nie|niemals|nicht|jamais|nunca|mai)\b/iu

/** Looks for sentences that ask for what must not be asked for by mail. */
export function checkRequests(text: string): Finding[] {
  const findings = new Map<FindingCode, Finding>()
  for (const [sentence] of text.matchAll(/[^.!?\n]{1,600}[.!?]*/g)) {
    if (denies.test(sentence)) continue
    for (const { code, pattern } of sentences) {
      if (!findings.has(code) && pattern.test(sentence))
        findings.set(code, found(code, { where: 'text', evidence: sentence.trim().slice(0, 200) }))
    }
  }
  return [...findings.values()]
}
