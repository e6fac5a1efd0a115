import { expect, test } from 'vitest'
import { decode } from './decode.ts'

test.each([
  [
    'JSON',
    '550 5.1.1 \\u003canna@icloud.com\\u003e: user\\r\\n550 5.1.1 unknown',
    '550 5.1.1 <anna@icloud.com>: user\n550 5.1.1 unknown',
  ],
  ['JSON in JSON', '\\\\"see https:\\\\/\\\\/example.com\\\\"', '"see https://example.com"'],
  [
    'HTML',
    '&lt;anna@icloud.com&gt;: user&nbsp;unknown<br/>example.org&#39;s',
    "<anna@icloud.com>: user unknown\nexample.org's",
  ],
  ['HTML in HTML', '&amp;lt;anna@icloud.com&amp;gt;', '<anna@icloud.com>'],
  [
    'quoted-printable',
    'see https://example.com/?ip=3D192.0.2.10 polic=\r\ny example.org=E2=80=99s',
    'see https://example.com/?ip=192.0.2.10 policy example.org’s',
  ],
  [
    'qmail',
    'Remote_host_said:_550_5.1.1_<anna_b@icloud.com>:_user_unknown/',
    'Remote host said: 550 5.1.1 <anna_b@icloud.com>: user unknown/',
  ],
  ['no width', '\ufeff550 user\u200b unknown', '550 user unknown'],
])('%s', (_name, encoded, plain) => {
  expect(decode(encoded)).toBe(plain)
})

test.each(['https://ipcheck.proofpoint.com/?ip=2001:db8::1&x=20', 'anna_b@icloud.com said: no'])(
  'leaves alone: %s',
  (text) => {
    expect(decode(text)).toBe(text)
  },
)
