package io.anchorstream.schemas.serde;

import java.util.HashMap;
import java.util.Map;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * The generated classes that one reader's schema names, and no others: bytes from outside can't make Avro load a class.
 * Avro since 1.12.1 trusts no class by default; these are trusted because the program itself asked for their root.
 */
final class GeneratedClasses extends SpecificData {

    private final Map<String, Class<?>> classes = new HashMap<>();

    GeneratedClasses(Class<?> root, Schema schema) {
        super(root.getClassLoader());
        collect(schema, root.getClassLoader());
        setCustomCoders(true);
    }

    /**
     * For writing. The coders that Avro generates into each class write 2 to 5 times and read 5 to 8 times as fast as its
     * walk over the schema (384 floats, batches of 64 pictures), and are off by default.
     */
    static SpecificData forWriting() {
        SpecificData data = new SpecificData();
        data.setCustomCoders(true);
        return data;
    }

    @Override
    @SuppressWarnings("rawtypes") // as declared by Avro
    public @Nullable Class getClass(Schema schema) {
        return switch (schema.getType()) {
            case RECORD, ENUM, FIXED -> classes.get(schema.getFullName());
            default -> super.getClass(schema);
        };
    }

    private void collect(Schema schema, ClassLoader loader) {
        switch (schema.getType()) {
            case RECORD -> {
                if (add(schema, loader)) {
                    schema.getFields().forEach(field -> collect(field.schema(), loader));
                }
            }
            case ENUM, FIXED -> add(schema, loader);
            case ARRAY -> collect(schema.getElementType(), loader);
            case MAP -> collect(schema.getValueType(), loader);
            case UNION -> schema.getTypes().forEach(branch -> collect(branch, loader));
            default -> {
                // Primitive types have no class of their own.
            }
        }
    }

    private boolean add(Schema schema, ClassLoader loader) {
        if (classes.containsKey(schema.getFullName())) {
            return false;
        }
        String name = SpecificData.getClassName(schema);
        try {
            classes.put(schema.getFullName(), Class.forName(name, true, loader));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "Generated class " + name + " is missing: the schema names it, so it must be generated with its"
                            + " parent.",
                    e);
        }
        return true;
    }
}
