package io.anchorstream.service.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.FSDirectory;

/**
 * The vectors of one generation in a Lucene HNSW graph on disk (Malkov and Yashunin, 2016). Holds one model version and
 * one dimension; anything else is refused. Safe for use by several threads; {@link #refresh} makes writes searchable.
 */
public final class VectorIndex implements AutoCloseable {
    private static final String ID = "id";
    private static final String VECTOR = "vector";
    private static final String LABEL = "label";
    private static final String OFFSET = "offset";
    private static final String VERSION_KEY = "model.version";
    private static final String DIMENSION_KEY = "dimension";
    private static final double UNIT_TOLERANCE = 1e-2;

    private final long generation;
    private final long modelVersion;
    private final int dimension;
    private final FSDirectory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;

    private VectorIndex(long generation, long modelVersion, int dimension, FSDirectory directory, IndexWriter writer)
            throws IOException {
        this.generation = generation;
        this.modelVersion = modelVersion;
        this.dimension = dimension;
        this.directory = directory;
        this.writer = writer;
        this.searchers = new SearcherManager(writer, new SearcherFactory());
    }

    /** Makes the index of a generation that has none yet. */
    public static VectorIndex create(Path folder, long generation, long modelVersion, int dimension)
            throws IOException {
        FSDirectory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, writerConfig());
        writer.setLiveCommitData(Map.of(
                        VERSION_KEY, Long.toString(modelVersion),
                        DIMENSION_KEY, Integer.toString(dimension))
                .entrySet());
        writer.commit();
        return new VectorIndex(generation, modelVersion, dimension, directory, writer);
    }

    /** Opens what {@link #create} made, as of the last {@link #commit}. */
    public static VectorIndex open(Path folder, long generation) throws IOException {
        FSDirectory directory = FSDirectory.open(folder);
        IndexWriter writer = null;
        try {
            writer = new IndexWriter(directory, writerConfig().setOpenMode(IndexWriterConfig.OpenMode.APPEND));
            return opened(folder, generation, directory, writer);
        } catch (IOException | RuntimeException e) {
            if (writer != null) {
                writer.rollback();
            }
            directory.close();
            throw e;
        }
    }

    private static VectorIndex opened(Path folder, long generation, FSDirectory directory, IndexWriter writer)
            throws IOException {
        String version = null;
        String dimension = null;
        for (Map.Entry<String, String> entry : writer.getLiveCommitData()) {
            if (entry.getKey().equals(VERSION_KEY)) {
                version = entry.getValue();
            } else if (entry.getKey().equals(DIMENSION_KEY)) {
                dimension = entry.getValue();
            }
        }
        if (version == null || dimension == null) {
            throw new IOException("the index in " + folder + " doesn't say which model version made it");
        }
        return new VectorIndex(generation, Long.parseLong(version), Integer.parseInt(dimension), directory, writer);
    }

    private static IndexWriterConfig writerConfig() {
        // One merge thread: the graph is rebuilt by merges, and those must not take the cores from learning.
        ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
        merges.setMaxMergesAndThreads(3, 1);
        return new IndexWriterConfig().setMergeScheduler(merges).setRAMBufferSizeMB(32);
    }

    public long generation() {
        return generation;
    }

    public long modelVersion() {
        return modelVersion;
    }

    public int dimension() {
        return dimension;
    }

    /**
     * Adds or replaces the vector of an item.
     *
     * @throws MixedVectorsException if it is of another version or dimension, or not of unit length
     */
    public void put(StoredVector item, long itemModelVersion) {
        require(itemModelVersion, item.vector(), "the vector of item " + item.itemId());
        Document document = new Document();
        document.add(new StringField(ID, item.itemId(), Field.Store.YES));
        document.add(new KnnFloatVectorField(VECTOR, item.vector(), VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new StoredField(LABEL, item.label()));
        document.add(new StoredField(OFFSET, item.sourceOffset()));
        try {
            writer.updateDocument(new Term(ID, item.itemId()), document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void remove(String itemId) {
        try {
            writer.deleteDocuments(new Term(ID, itemId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The nearest items.
     *
     * @throws MixedVectorsException if the query is of another generation, version or dimension
     */
    public List<VectorHit> search(QueryVector query, int k) {
        if (query.generation() != generation) {
            throw new MixedVectorsException("a query of generation " + query.generation()
                    + " can't be answered by the index of generation " + generation
                    + ": distances across generations mean nothing; embed the query with model version "
                    + modelVersion);
        }
        require(query.modelVersion(), query.vector(), "the query");
        return withSearcher(searcher -> {
            StoredFields stored = searcher.storedFields();
            List<VectorHit> hits = new ArrayList<>(k);
            for (ScoreDoc hit : searcher.search(new KnnFloatVectorQuery(VECTOR, query.vector(), k), k).scoreDocs) {
                Document document = stored.document(hit.doc, Set.of(ID, LABEL));
                // Lucene scores a dot product d as (1 + d) / 2.
                hits.add(new VectorHit(
                        document.get(ID), Math.max(0, 2 - 2 * hit.score), number(document, LABEL), modelVersion));
            }
            return hits;
        });
    }

    /** What is held of an item, as of the last {@link #refresh}. */
    public Optional<StoredVector> get(String itemId) {
        return withSearcher(searcher -> {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                PostingsEnum postings = leaf.reader().postings(new Term(ID, itemId), PostingsEnum.NONE);
                if (postings == null) {
                    continue;
                }
                for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                    if (leaf.reader().getLiveDocs() == null
                            || leaf.reader().getLiveDocs().get(doc)) {
                        FloatVectorValues vectors = leaf.reader().getFloatVectorValues(VECTOR);
                        vectors.advance(doc);
                        return Optional.of(stored(leaf, doc, vectors));
                    }
                }
            }
            return Optional.empty();
        });
    }

    private static StoredVector stored(LeafReaderContext leaf, int doc, FloatVectorValues vectors) throws IOException {
        Document document = leaf.reader().storedFields().document(doc);
        float[] vector = vectors.vectorValue();
        return new StoredVector(
                document.get(ID),
                Arrays.copyOf(vector, vector.length),
                number(document, LABEL),
                number(document, OFFSET));
    }

    private static long number(Document document, String field) {
        return document.getField(field).numericValue().longValue();
    }

    /** Items held, as of the last {@link #refresh}. */
    public int size() {
        return withSearcher(searcher -> searcher.getIndexReader().numDocs());
    }

    /** Makes everything written so far searchable. */
    public void refresh() {
        try {
            searchers.maybeRefreshBlocking();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes everything written so far survive a crash. */
    public void commit() {
        try {
            writer.commit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (directory;
                writer;
                searchers) {
            // Closing the writer commits.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void require(long version, float[] vector, String what) {
        if (version != modelVersion || vector.length != dimension) {
            throw new MixedVectorsException(what + " is of model version " + version + " and dimension "
                    + vector.length + ", but generation " + generation + " holds version " + modelVersion
                    + " and dimension " + dimension + ": vectors of different versions are never compared");
        }
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        // The negation also catches NaN.
        if (!(Math.abs(squares - 1) < UNIT_TOLERANCE)) {
            throw new MixedVectorsException(what + " has length " + Math.sqrt(squares)
                    + ": only unit vectors can be compared by their dot product");
        }
    }

    private <T> T withSearcher(SearcherCall<T> call) {
        try {
            IndexSearcher searcher = searchers.acquire();
            try {
                return call.apply(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface SearcherCall<T> {
        T apply(IndexSearcher searcher) throws IOException;
    }
}
