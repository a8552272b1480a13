import { describe, expect, it } from 'vitest';
import { parse } from './memory-files.fixture.ts';
import { nodeNamed } from './configuration.ts';
import { policyName, serversOf } from './resolved-policy.ts';
import { chooseServer } from './server-choice.ts';
import { canonicalAddress, parseServerAddress } from './server-address.ts';

const vhost = (addresses: string, ...lines: string[]) => [`<VirtualHost ${addresses}>`, ...lines, '</VirtualHost>'].join('\n');

/** The policy's name of the server that a session gets; empty for the server config. */
function chosen(text: string, serverAddress?: string, serverName?: string): string {
  const servers = serversOf(parse(text), nodeNamed('ftp-1'));
  return policyName(
    chooseServer(servers, {
      ...(serverAddress !== undefined && { serverAddress }),
      ...(serverName !== undefined && { serverName }),
    }),
  );
}

describe('the address of a server', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['ftp.example.org', undefined],
    ['', undefined],
  ])('%j is %j', (written, address) => expect(canonicalAddress(written)).toBe(address));

  it.each([
    ['192.0.2.1:21', { address: '192.0.2.1', isIPv6: false, port: 21 }],
    ['::ffff:127.0.0.1:5376', { address: '127.0.0.1', isIPv6: true, port: 5376 }],
    ['2001:db8::1:2121', { address: '2001:db8::1', isIPv6: true, port: 2121 }],
    ['[2001:db8::1]:2121', { address: '2001:db8::1', isIPv6: true, port: 2121 }],
    ['192.0.2.1', { address: '192.0.2.1', isIPv6: false, port: null }],
    ['ftp.example.org:21', undefined],
  ])('of a session %j is %j', (written, address) => expect(parseServerAddress(written)).toEqual(address));
});

describe('a session gets the server', () => {
  const TWO = `${vhost('192.0.2.1', 'Port 2121')}\n${vhost('192.0.2.1 2001:db8::1')}`;

  it.each([
    [TWO, '192.0.2.1:2121', '192.0.2.1:2121'],
    [TWO, '192.0.2.1:21', '192.0.2.1:21'],
    [TWO, '::ffff:192.0.2.1:21', '192.0.2.1:21'],
    [TWO, '2001:DB8::1:21', '192.0.2.1:21'],
    [TWO, '198.51.100.1:21', ''],
    // Nothing else listens on that port (ProFTPD's Bug#4251).
    [TWO, '198.51.100.1:2121', '192.0.2.1:2121'],
    [TWO, '192.0.2.1:990', ''],
    [TWO, undefined, ''],
    [TWO, 'nonsense', ''],
    [`${vhost('0.0.0.0', 'Port 2121')}\n${TWO}`, '192.0.2.1:2121', '192.0.2.1:2121'],
    [`${vhost('0.0.0.0')}\n${TWO}`, '198.51.100.1:21', '0.0.0.0:21'],
    [`${vhost('*')}\n${TWO}`, '2001:db8::2:21', '*:21'],
    [`${vhost('0.0.0.0')}\n${vhost('::')}`, '2001:db8::2:21', ':::21'],
    [`${vhost('::')}\n${TWO}`, '198.51.100.1:21', ''],
    [`DefaultAddress 192.0.2.1\n${vhost('0.0.0.0')}`, '192.0.2.1:21', ''],
    [vhost('192.0.2.1', 'DefaultServer on'), '198.51.100.1:21', '192.0.2.1:21'],
    [vhost('192.0.2.1', 'DefaultServer on'), '198.51.100.1:990', '192.0.2.1:21'],
    [`Port 990\n${vhost('192.0.2.1', 'Port 0')}`, '192.0.2.1:21', ''],
    [`<Global>\nPort 2121\n</Global>\n${vhost('192.0.2.1')}`, '192.0.2.1:2121', '192.0.2.1:2121'],
    [vhost('192.0.2.1', 'Port 2121', 'Port 21'), '192.0.2.1:2121', '192.0.2.1:2121'],
    [vhost('ftp.example.org', 'Port 2121'), '192.0.2.1:2121', 'ftp.example.org:2121'],
    [vhost('ftp.example.org'), '192.0.2.1:21', ''],
    [
      `${vhost('192.0.2.1', 'ServerName first')}\n${vhost('192.0.2.1', 'ServerName second')}`,
      '192.0.2.1:21',
      '192.0.2.1:21 first',
    ],
  ])('of its address: %j %j %j', (text, address, name) => {
    expect(chosen(text, address)).toBe(name);
  });

  const NAMED = [
    vhost('192.0.2.1', 'ServerAlias ftp.example.org *.example.net', 'ServerName "Example"'),
    vhost('192.0.2.1', 'ServerAlias ftp.example.com'),
    vhost('mirror.example.org', 'Port 2121'),
    vhost('192.0.2.7'),
  ].join('\n');

  it.each([
    ['192.0.2.1:21', 'ftp.example.com', '192.0.2.1:21 ftp.example.com'],
    ['192.0.2.1:21', 'FTP.example.org', '192.0.2.1:21 Example'],
    ['192.0.2.1:21', 'a.b.example.net', '192.0.2.1:21 Example'],
    ['192.0.2.1:21', 'example', '192.0.2.1:21 Example'],
    ['192.0.2.1:21', 'nobody.example', '192.0.2.1:21 Example'],
    // Behind NAT the address is another one; the name is the better witness.
    ['10.0.0.1:21', 'ftp.example.com', '192.0.2.1:21 ftp.example.com'],
    [undefined, 'mirror.example.org', 'mirror.example.org:2121'],
    // A VirtualHost without a name has that of the server config: the address tells them apart.
    ['192.0.2.7:21', 'Debian', '192.0.2.7:21'],
    ['10.0.0.1:21', 'Debian', ''],
  ])('of its name: %j %j %j', (address, name, server) => {
    expect(chosen(`ServerName Debian\n${NAMED}`, address, name)).toBe(server);
  });
});
