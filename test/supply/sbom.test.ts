import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly object[];
}
interface Bom {
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const ROOT = new URL('../../', import.meta.url).pathname;
function readJson(file: string): unknown {
  return JSON.parse(readFileSync(ROOT + file, 'utf8'));
}

describe('the bill of materials', () => {
  let bom: Bom;
  beforeAll(() => {
    const { scripts } = readJson('package.json') as { scripts: { sbom: string } };
    bom = JSON.parse(execSync(scripts.sbom, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as Bom;
  });

  it('is of CycloneDX, with what that requires', () => {
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: expect.stringMatching(/^1\.\d$/) as string,
      version: 1,
      serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/) as string,
      metadata: { component: { type: expect.any(String) as string, name: expect.any(String) as string } },
    });
    expect(bom.components.filter(({ type, name, version, licenses }) => !type || !name || !version || !licenses.length)).toEqual(
      [],
    );
    expect(bom.components.filter(({ purl, version }) => !purl.startsWith('pkg:npm/') || !purl.endsWith(`@${version}`))).toEqual(
      [],
    );
  });

  it('names each component once, and no dependency that is not among them', () => {
    const refs = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const named = bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(named.filter((ref) => !refs.includes(ref))).toEqual([]);
  });

  it('has every package that runs, and none that only builds or tests', () => {
    const { packages } = readJson('package-lock.json') as {
      packages: Record<string, { dev?: boolean; optional?: boolean; version: string }>;
    };
    const purls = new Set(bom.components.map(({ purl }) => decodeURIComponent(purl)));
    const locked = Object.entries(packages).filter(
      ([path]) => path.startsWith('node_modules/') && !path.includes('fleet-forensics'),
    );
    const purlOf = ([path, { version }]: (typeof locked)[number]) => `pkg:npm/${path.split('node_modules/').at(-1)}@${version}`;
    const running = locked.filter(([, { dev, optional }]) => !dev && !optional).map(purlOf);
    expect(running.length).toBeGreaterThan(50);
    expect(running.filter((purl) => !purls.has(purl))).toEqual([]);
    const others = locked.filter(([, { dev }]) => dev).map(purlOf);
    expect(others.filter((purl) => purls.has(purl) && !running.includes(purl))).toEqual([]);
  });
});
