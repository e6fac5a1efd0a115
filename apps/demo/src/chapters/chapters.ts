import { auth } from './auth.ts'
import { blocked } from './blocked.ts'
import type { Chapter } from './chapter.ts'
import { full } from './full.ts'
import { inactive } from './inactive.ts'
import { incident } from './incident.ts'
import { morning } from './morning.ts'
import { throttle } from './throttle.ts'

/** In the order in which they are told. */
export const chapters: readonly Chapter[] = [morning, throttle, full, inactive, auth, blocked, incident]

/** The streams that they use besides `transactional`, and those with a lane of their own. */
export const chapterStreams: readonly string[] = ['campaign', 'newsletter', 'flash-sale']
export const chapterLanes: readonly string[] = ['campaign', 'flash-sale']
