import type { FileSighting } from './sighting.ts'

const programs =
  'exe|scr|pif|com|cpl|msi|msp|dll|sys|app|pkg|dmg|deb|rpm|apk|ipa|jar|lnk|url|gadget|iso|img|vhd|vhdx'
const scripts = 'js|jse|mjs|vbs|vbe|wsf|wsh|hta|ps1|psm1|bat|cmd|reg|sh|command|scpt|applescript|py|rb|pl|php'
const harmless = 'pdf|docx?|xlsx?|pptx?|txt|csv|jpe?g|png|gif|mp3|mp4|rtf|html?'

const isProgram = new RegExp(`\\.(?:${programs})\\s*$`, 'i')
const isScript = new RegExp(`\\.(?:${scripts})\\s*$`, 'i')
const hasTwoEndings = new RegExp(`\\.(?:${harmless})[\\s.]{1,200}(?:${programs}|${scripts})\\s*$`, 'i')
const isHarmless = new RegExp(`\\.(?:${harmless})$`, 'i')

/** What a name alone gives away. */
export function checkFileName(fullName: string): FileSighting[] {
  const name = fullName.slice(-300)
  const sightings: FileSighting[] = []
  if (isProgram.test(name))
    sightings.push({ code: 'attachment-executable', evidence: 'the ending of a program' })
  if (isScript.test(name)) sightings.push({ code: 'attachment-script', evidence: 'the ending of a script' })
  if (hasTwoEndings.test(name)) sightings.push({ code: 'attachment-disguised', evidence: 'two endings' })
  if (/[\u202a-\u202e\u2066-\u2069]/.test(fullName))
    sightings.push({ code: 'attachment-disguised', evidence: 'the name turns the direction of writing' })
  return sightings
}

export function looksHarmless(name: string): boolean {
  return isHarmless.test(name)
}
