import { feedBrokenLogs } from '../broken-logs.test.fixture.ts'

feedBrokenLogs('exim')
