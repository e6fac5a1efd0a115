import { found, type Finding } from '../../findings/finding.ts'
import { listed } from '../../findings/shown.ts'

/** Each counts once in the text, and twice in the subject. None says anything by itself. */
const words: readonly string[] = [
  '100% free',
  'absolutely free',
  'act now',
  'additional income',
  'be your own boss',
  'best price guaranteed',
  'buy now',
  'cash bonus',
  'casino',
  'cheap meds',
  'click here now',
  'congratulations you',
  'dear friend',
  'double your',
  'earn money',
  'eliminate debt',
  'extra cash',
  'extra income',
  'fast cash',
  'financial freedom',
  'free gift',
  'free money',
  'get paid',
  'get rich',
  'guaranteed income',
  'hot singles',
  'increase sales',
  'instant approval',
  'limited time only',
  'lose weight',
  'lottery',
  'lowest price',
  'make money',
  'million dollars',
  'miracle',
  'money back guarantee',
  'no credit check',
  'no obligation',
  'no risk',
  'once in a lifetime',
  'only today',
  'order now',
  'pharmacy',
  'pre-approved',
  'risk-free',
  'satisfaction guaranteed',
  'this is not spam',
  'urgent response',
  'viagra',
  'weight loss',
  'while supplies last',
  'winner',
  'work from home',
  'you have been selected',
  'you have won',
]
const pattern = new RegExp(`\\b(?:${words.map((word) => word.replace('%', '%?')).join('|')})\\b`, 'gi')
const threshold = 5

/** Words count for little: only many of them are worth a note. */
export function checkTriggerWords(subject: string, text: string): Finding[] {
  const inText = matches(text)
  const inSubject = matches(subject)
  const shouting = [
    ...(/(?:[!?$€£]\s*){3,}/.test(subject) ? ['!!!'] : []),
    ...(isAllCapitals(subject) ? ['capitals in the subject'] : []),
  ]
  if (inText.length + 2 * inSubject.length + 2 * shouting.length < threshold) return []
  return [
    found('trigger-words', {
      where: 'subject and text',
      evidence: listed([...shouting, ...inSubject, ...inText], 10),
    }),
  ]
}

function matches(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([word]) => word.toLowerCase()))]
}

function isAllCapitals(subject: string): boolean {
  const letters = subject.replace(/[^\p{L}]/gu, '')
  return letters.length >= 12 && letters === letters.toUpperCase() && letters !== letters.toLowerCase()
}
