package io.anchorstream.service.run;

/** What an instance of the service can do. */
public enum Role {
    LABEL,
    TRAIN,
    EMBED,
    INDEX
}
