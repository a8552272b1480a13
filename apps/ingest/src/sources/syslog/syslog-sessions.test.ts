import { describe, expect, it } from 'vitest';
import { SyslogSessions } from './syslog-sessions.ts';

const of = (session: string) => ({ node: 'n', session });
const names = (sessions: readonly { session: string }[]) => sessions.map(({ session }) => session);

describe('a session named by program and PID', () => {
  it('ends when nothing was heard of it for the time, and not before', () => {
    const sessions = new SyslogSessions(1000, 10);
    sessions.heard(of('a'), 0);
    sessions.heard(of('b'), 500);
    sessions.heard(of('a'), 900);
    expect(names(sessions.takeIdle(1499))).toEqual([]);
    expect(names(sessions.takeIdle(1500))).toEqual(['b']);
    expect(names(sessions.takeIdle(1900))).toEqual(['a']);
    expect(sessions.size).toBe(0);
  });

  it('ends before another one speaks under its name, even if nobody looked meanwhile', () => {
    const sessions = new SyslogSessions(1000, 10);
    sessions.heard(of('a'), 0);
    expect(names(sessions.heard(of('a'), 1000))).toEqual(['a']);
    expect(names(sessions.heard(of('a'), 1999))).toEqual([]);
  });

  it('ends as the longest silent one where they are too many, and is not told twice', () => {
    const sessions = new SyslogSessions(1000, 2);
    sessions.heard(of('a'), 0);
    sessions.heard(of('b'), 1);
    sessions.heard(of('a'), 2);
    expect(names(sessions.heard(of('c'), 3))).toEqual(['b']);
    sessions.ended(of('a'));
    expect(names(sessions.takeIdle(9999))).toEqual(['c']);
  });
});
