package io.anchorstream.schemas.contracts;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** A record with every field filled, the same for the same schema and seed. */
final class Samples {

    private Samples() {}

    static GenericRecord of(Schema schema, long seed) {
        return (GenericRecord) value(schema, "", new Random(seed));
    }

    private static Object value(Schema schema, String name, Random random) {
        return switch (schema.getType()) {
            case RECORD -> {
                GenericRecord record = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    record.put(field.pos(), value(field.schema(), field.name(), random));
                }
                yield record;
            }
            case UNION -> value(schema.getTypes().get(schema.getTypes().size() - 1), name, random);
            case ARRAY ->
                List.of(value(schema.getElementType(), name, random), value(schema.getElementType(), name, random));
            case MAP -> Map.of("some", value(schema.getValueType(), name, random));
            case ENUM ->
                new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get(0));
            case STRING -> name + " ä" + random.nextInt(10);
            case BYTES -> ByteBuffer.wrap(new byte[] {0, 1, (byte) 0xFF});
            case INT -> random.nextInt(1000);
            case LONG -> random.nextLong() >>> 20;
            case FLOAT -> random.nextInt(100) / 4f;
            case DOUBLE -> random.nextInt(1000) / 8.0;
            case BOOLEAN -> true;
            default -> throw new IllegalArgumentException("No sample for " + schema);
        };
    }
}
