import { lookupSources, questionOutcomes } from '../label-values.ts';
import { type MetricTable, WAIT_SECONDS } from './definition.ts';

export const webhookMetrics = {
  quire_auth_lookups_total: {
    type: 'counter',
    section: 'access',
    unit: 'items',
    label: { name: 'source', values: lookupSources },
    help: 'How it was found out who somebody is, of those who brought something to be known by; memory: an answer that still counts; shared: a question that was under way; question: one of their own; old-memory: what was allowed before, while the backend is away; none: not at all, so they were told to come back.',
  },
  quire_auth_questions_total: {
    type: 'counter',
    section: 'access',
    unit: 'items',
    label: { name: 'outcome', values: questionOutcomes },
    help: 'Questions to the backend, by what came of them; malformed is an answer that can not be read.',
  },
  quire_auth_question_duration_seconds: {
    type: 'histogram',
    section: 'access',
    unit: 'seconds',
    buckets: WAIT_SECONDS,
    help: 'How long the backend took to answer, or was waited for.',
  },
  quire_auth_asked_questions: {
    type: 'gauge',
    section: 'access',
    unit: 'items',
    help: 'Questions that the backend has been asked and not answered.',
  },
  quire_auth_waiting_questions: {
    type: 'gauge',
    section: 'access',
    unit: 'items',
    help: 'Questions that wait because as many are asked as may be at once.',
  },
  quire_auth_circuit_open: {
    type: 'gauge',
    section: 'access',
    unit: 'flag',
    help: '1 while the backend is left alone because it failed several times in a row; the first answer makes it 0.',
  },
} as const satisfies MetricTable;
