import { checkAddress, checkMessage, type Finding } from '@icloud-delivery/preflight'

const { findings } = await checkMessage(Buffer.from('Subject: Hello\r\n\r\nHi\r\n'))
const errors: Finding[] = findings.filter(({ severity }) => severity === 'error')
if (errors.length === 0) throw new Error('preflight: a message without From is taken for good')
const { didYouMean } = await checkAddress('anna@iclod.com')
if (didYouMean !== 'anna@icloud.com') throw new Error(`preflight: ${didYouMean}`)
