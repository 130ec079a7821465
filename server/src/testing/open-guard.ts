import { pino } from 'pino';
import { createOpenAuthenticator } from '../auth/authenticator.ts';
import { createGuard, type Guard } from '../auth/guard.ts';

/** Lets in everybody. */
export const openGuard: Guard = createGuard(createOpenAuthenticator(), pino({ level: 'silent' }));
