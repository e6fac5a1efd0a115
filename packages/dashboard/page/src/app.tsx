import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { signal } from '@preact/signals'
import { isAnswered, isLive } from './live.ts'
import { Confirm, Said } from './parts/confirm.tsx'
import { Icon } from './parts/icons.tsx'
import { Problem } from './parts/texts.tsx'
import { problem, session, signIn } from './session.ts'
import { Engagement } from './views/engagement.tsx'
import { Now } from './views/now.tsx'
import { Report } from './views/report.tsx'
import { Unknown } from './views/unknown.tsx'
import { Who } from './views/who.tsx'
import { Why } from './views/why.tsx'
import { visible } from './words.ts'

const views = {
  now: { name: 'Now', View: Now },
  why: { name: 'Why', View: Why },
  who: { name: 'Who', View: Who },
  engagement: { name: 'Readers', View: Engagement },
  unknown: { name: 'Unknown', View: Unknown },
  report: { name: 'Report', View: Report },
} as const

type ViewName = keyof typeof views

/** What stands behind the `#`: the view, and what it is to show. */
const place = signal(placeOf(location.hash))
window.addEventListener('hashchange', () => (place.value = placeOf(location.hash)))

function placeOf(hash: string): { view: ViewName; rest: string } {
  const [, name = '', rest = ''] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(hash) ?? []
  return { view: Object.hasOwn(views, name) ? (name as ViewName) : 'now', rest: decoded(rest) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function App(): JSX.Element {
  const { value } = session
  if (value === 'out') return <Gate />
  if (value === null) {
    return (
      <main class="gate">
        <h1>iCloud delivery</h1>
        {problem.value === null ? <p class="soft">One moment …</p> : <Problem text={problem.value} />}
      </main>
    )
  }
  return <Frame />
}

function Frame(): JSX.Element {
  const { view, rest } = place.value
  const { name, View } = views[view]
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${name} · iCloud delivery`
    // Who reads with their ears hears where they are.
    if (!isFirst.current) main.current?.focus()
    isFirst.current = false
  }, [view])
  const who = session.value
  return (
    <div class="frame">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        To the content
      </a>
      <header class="side">
        <div class="brand">
          <img src="./icon.svg" alt="" />
          iCloud delivery
        </div>
        <nav aria-label="Views">
          <ul>
            {(Object.keys(views) as ViewName[]).map((one) => (
              <li key={one}>
                <a href={`#/${one}`} aria-current={one === view ? 'page' : undefined}>
                  <Icon name={one} />
                  {views[one].name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="foot">
          <State />
          {who === null || who === 'out' ? null : (
            <span>
              <span class="by">
                {visible(who.by)}
                {who.readOnly ? ' · ' : ''}
              </span>
              {who.readOnly ? 'read-only' : ''}
            </span>
          )}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {who !== null && who !== 'out' && who.notice !== null ? (
          <p class="notice">{visible(who.notice)}</p>
        ) : null}
        <Said />
        <View key={view} rest={rest} />
      </main>
      <Confirm />
    </div>
  )
}

/** Whether what is shown is true now. */
function State(): JSX.Element {
  const [color, words] =
    isLive.value !== true
      ? ['waiting', 'Connecting …']
      : isAnswered.value
        ? ['good', 'Live']
        : ['refused', 'No answer']
  return (
    <span class={`dot ${color}`} role="status">
      {words}
    </span>
  )
}

/** Asks for the token. */
function Gate(): JSX.Element {
  const [token, setToken] = useState('')
  return (
    <main class="gate card">
      <h1>iCloud delivery</h1>
      <p>
        This page names your readers, so it asks who you are. Open the address that was printed when the
        dashboard started, or paste its token here.
      </p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          void signIn(token.trim().replace(/^.*#token=/, ''))
        }}
      >
        <label>
          <span>Token</span>
          <input
            value={token}
            type="password"
            autocomplete="off"
            required
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <Problem text={problem.value} />
        <div>
          <button class="main" type="submit">
            Open
          </button>
        </div>
      </form>
    </main>
  )
}
