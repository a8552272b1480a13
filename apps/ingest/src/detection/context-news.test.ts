import { describe, expect, it } from 'vitest';
import { ContextNews } from './context-news.ts';

describe('news of a session', () => {
  it('are the fields that were not said before', () => {
    const news = new ContextNews(10);
    expect(news.newsOf('a', { user: 'tj' })).toEqual({ user: 'tj' });
    expect(news.newsOf('a', { user: 'tj' })).toBeNull();
    expect(news.newsOf('a', { user: 'tj', protocol: 'ftp' })).toEqual({ protocol: 'ftp' });
    expect(news.newsOf('b', { user: 'tj' })).toEqual({ user: 'tj' });
    expect(news.newsOf('a', { user: 'al' })).toEqual({ user: 'al' });
    expect(news.newsOf('a', {})).toBeNull();
  });

  it('are told again when the session was forgotten: it ended, or there are too many', () => {
    const news = new ContextNews(2);
    for (const key of ['a', 'b', 'c']) news.newsOf(key, { user: 'tj' });
    expect(news.newsOf('c', { user: 'tj' })).toBeNull();
    expect(news.newsOf('a', { user: 'tj' })).toEqual({ user: 'tj' });
    news.forget('a');
    expect(news.newsOf('a', { user: 'tj' })).toEqual({ user: 'tj' });
  });
});
