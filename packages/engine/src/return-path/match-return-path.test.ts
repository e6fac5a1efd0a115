import { expect, it } from 'vitest'
import { k1, k2, sign } from './keys.test.fixture.ts'
import { matchReturnPath } from './match-return-path.ts'

const path = sign()

it('finds who and what it was signed for', () => {
  const candidates = {
    recipients: ['', 'bert@icloud.com', '<ANNA@icloud.com>', 'anna@icloud.com'],
    messageIds: new Set(['2@example.com', '1@example.com']),
  }
  expect(matchReturnPath(path, candidates, [k2, k1])).toEqual({
    recipient: 'anna@icloud.com',
    messageId: '1@example.com',
  })
})

it('takes nobody in place of him, whoever a bounce names', () => {
  const recipients = [
    'victim@icloud.com',
    'anna@icloud.com.example.com',
    'anna@me.com',
    `${'a'.repeat(1e6)}@b.c`,
  ]
  expect(matchReturnPath(path, { recipients }, [k1])).toEqual({ recipient: null, messageId: null })
  expect(matchReturnPath(path, {}, [k1])).toEqual({ recipient: null, messageId: null })
  expect(matchReturnPath(path, { recipients: [null as never], messageIds: [1 as never] }, [k1])).toEqual({
    recipient: null,
    messageId: null,
  })
})

it('finds nothing with another secret, and says so if the key is not there', () => {
  const recipients = ['anna@icloud.com']
  const other = { id: 'k1', secret: '3'.repeat(32) }
  expect(matchReturnPath(path, { recipients }, [other]).recipient).toBeNull()
  expect(() => matchReturnPath(path, { recipients }, [k2])).toThrow(
    'path.keyId must be the id of one of the keys',
  )
  expect(() => matchReturnPath({ ...path, messageToken: 'x' }, {}, [k1])).toThrow('path.messageToken')
})
