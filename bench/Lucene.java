import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.QueryBuilder;

/**
 * Ranks documents for questions with Lucene's English analyser and BM25 (k1 1.2, b 0.75).
 *
 * <p>Standard input has a line for each document, {@code D}, number, text, and then for each
 * question, {@code Q}, number, text, parted by tabs. Standard output has a line for each hit:
 * question, document, score.
 */
public final class Lucene {
    private static final int DEPTH = 1000;

    private Lucene() {}

    public static void main(String[] arguments) throws Exception {
        Analyzer analyzer = new EnglishAnalyzer();
        BM25Similarity similarity = new BM25Similarity(1.2f, 0.75f);
        Directory directory = new ByteBuffersDirectory();
        List<String[]> questions = new ArrayList<>();
        IndexWriterConfig config = new IndexWriterConfig(analyzer).setSimilarity(similarity);
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] parts = line.split("\t", 3);
                if (parts[0].equals("Q")) {
                    questions.add(parts);
                    continue;
                }
                Document document = new Document();
                document.add(new StoredField("number", parts[1]));
                document.add(new TextField("text", parts[2], Field.Store.NO));
                writer.addDocument(document);
            }
        }
        answer(directory, analyzer, similarity, questions);
    }

    private static void answer(
            Directory directory, Analyzer analyzer, BM25Similarity similarity, List<String[]> asked)
            throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setSimilarity(similarity);
            QueryBuilder builder = new QueryBuilder(analyzer);
            for (String[] question : asked) {
                Query query = builder.createBooleanQuery("text", question[2]);
                if (query == null) {
                    continue;
                }
                for (ScoreDoc hit : searcher.search(query, DEPTH).scoreDocs) {
                    String number = searcher.doc(hit.doc).get("number");
                    out.println(question[1] + "\t" + number + "\t" + hit.score);
                }
            }
        }
        out.flush();
    }
}
