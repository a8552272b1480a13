import { readAccessFile } from '../../access/access-file.ts';
import { ForensicsError, messageOf } from '../../error.ts';
import type { KafkaSettings } from '../../settings/kafka-settings.ts';
import type { ClientOptions } from './client.ts';

/**
 * What the client needs of the settings; reads the files that they name.
 * @throws ForensicsError FF_BAD_SETTING if settings don't go together or a file can't be read. Nothing of a file is ever told.
 */
export function connectionOptions(settings: KafkaSettings): Omit<ClientOptions, 'log'> {
  const { brokers, clientId, requestTimeoutMs } = settings;
  return { brokers, clientId, requestTimeoutMs, tls: tlsOf(settings), sasl: saslOf(settings) };
}

function tlsOf({ tls, tlsCa, tlsCert, tlsKey }: KafkaSettings): ClientOptions['tls'] {
  if ((tlsCert === '') !== (tlsKey === ''))
    throw bad('FF_KAFKA_TLS_CERT and FF_KAFKA_TLS_KEY need one another: set both or none');
  if (!tls) {
    if (tlsCa !== '' || tlsCert !== '') throw bad('FF_KAFKA_TLS_CA, _CERT and _KEY are of no use without FF_KAFKA_TLS=on');
    return null;
  }
  return {
    ...(tlsCa !== '' && { ca: read('FF_KAFKA_TLS_CA', tlsCa) }),
    ...(tlsCert !== '' && { cert: read('FF_KAFKA_TLS_CERT', tlsCert), key: read('FF_KAFKA_TLS_KEY', tlsKey) }),
  };
}

function saslOf({ saslMechanism, saslUser, saslPasswordFile }: KafkaSettings): ClientOptions['sasl'] {
  if (saslMechanism === '') {
    if (saslUser !== '' || saslPasswordFile !== '') {
      throw bad('FF_KAFKA_SASL_USER and FF_KAFKA_SASL_PASSWORD_FILE are of no use without FF_KAFKA_SASL_MECHANISM');
    }
    return null;
  }
  if (saslUser === '' || saslPasswordFile === '') {
    throw bad(`FF_KAFKA_SASL_MECHANISM=${saslMechanism} needs FF_KAFKA_SASL_USER and FF_KAFKA_SASL_PASSWORD_FILE`);
  }
  const password = read('FF_KAFKA_SASL_PASSWORD_FILE', saslPasswordFile).replace(/\r?\n$/, '');
  return { mechanism: saslMechanism, username: saslUser, password };
}

/** An authority decides who is taken for the broker, as a tokens file decides who is let in. */
function read(variable: string, path: string): string {
  try {
    return readAccessFile(variable, path).text;
  } catch (error) {
    throw bad(messageOf(error));
  }
}

function bad(message: string): ForensicsError {
  return new ForensicsError('FF_BAD_SETTING', message);
}
