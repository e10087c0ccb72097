import type { Subject } from '../case.ts'
import { ANSWERS } from './answers.ts'
import { APPLICATION } from './application.ts'
import { FRESHNESS } from './freshness.ts'
import { GROUP_CASES } from './groups.ts'
import { METHODS } from './methods.ts'
import { NAVIGATIONS } from './navigations.ts'
import { ORIGINS } from './origins.ts'
import { PARTITIONS } from './partitions.ts'
import { RANGES } from './ranges.ts'
import { REQUESTS } from './requests.ts'
import { SEARCH } from './search.ts'
import { STALE_ANSWERS } from './stale.ts'
import { STREAMS } from './streams.ts'
import { VALIDATION } from './validation.ts'
import { VARIANTS } from './variants.ts'

/** Everything that the worker promises a page. */
export const SUBJECTS: readonly Subject[] = [
  FRESHNESS,
  VALIDATION,
  VARIANTS,
  STALE_ANSWERS,
  REQUESTS,
  RANGES,
  METHODS,
  GROUP_CASES,
  SEARCH,
  ANSWERS,
  NAVIGATIONS,
  STREAMS,
  PARTITIONS,
  APPLICATION,
  ORIGINS,
]
