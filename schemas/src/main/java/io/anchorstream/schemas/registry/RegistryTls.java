package io.anchorstream.schemas.registry;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards the registry from {@code schema.registry.ssl.*}: Confluent's names, Kafka's meaning (JKS, PKCS12 or PEM
 * stores, client certificates). Host names are always checked.
 */
final class RegistryTls {
    static final String PREFIX = "schema.registry.";

    private RegistryTls() {}

    /**
     * The context, or null when nothing is configured and the JVM's own trust store decides.
     *
     * @throws ConfigException if a store cannot be read; passwords are never in the message
     */
    static @Nullable SSLContext context(Map<String, ?> config) {
        Map<String, Object> ssl = new HashMap<>();
        config.forEach((name, value) -> {
            if (name.startsWith(PREFIX + "ssl.") && value != null) {
                ssl.put(name.substring(PREFIX.length()), value);
            }
        });
        if (ssl.isEmpty()) {
            return null;
        }
        ConfigDef definition = new ConfigDef();
        SslConfigs.addClientSslSupport(definition);
        Map<String, Object> parsed = definition.parse(ssl);
        try (DefaultSslEngineFactory stores = new DefaultSslEngineFactory()) {
            stores.configure(parsed);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(stores.keystore(), parsed), trusted(stores.truststore()), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new ConfigException(
                    "the TLS settings " + PREFIX + "ssl.* of the schema registry cannot be used: " + e.getMessage());
        }
    }

    private static KeyManager @Nullable [] keys(@Nullable KeyStore store, Map<String, Object> ssl)
            throws GeneralSecurityException {
        if (store == null) {
            return null;
        }
        Object password = ssl.get(SslConfigs.SSL_KEY_PASSWORD_CONFIG);
        if (password == null) {
            password = ssl.get(SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password instanceof Password given ? given.value().toCharArray() : new char[0]);
        return factory.getKeyManagers();
    }

    private static TrustManager @Nullable [] trusted(@Nullable KeyStore store) throws GeneralSecurityException {
        if (store == null) {
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
