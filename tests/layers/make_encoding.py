"""Record what the layers of categories and texts give: run with tensorflow-cpu 2.15.1, writes encoding.json beside this file.

EXPRESSIONS are evaluated with the names of NAMES, of tf.keras here and of pyseq in test_preprocessing.py.
"""

import json
from pathlib import Path

import numpy as np

EXPRESSIONS = [
    "SL(vocabulary=['a','b'])(['a','c','b'])",
    "SL(vocabulary=['a','b'])([['a','c'],['b','a']])",
    "SL(vocabulary=['a','b'],num_oov_indices=0)(['a','c'])",
    "SL(vocabulary=['a','b'],num_oov_indices=3)(['a','c','d','e'])",
    "SL(vocabulary=['a','b'],mask_token='')(['a','','x'])",
    "SL(vocabulary=['a','b'],invert=True)([0,1,2])",
    "SL(vocabulary=['a','b'],invert=True,mask_token='')([0,1,2,3])",
    "SL(vocabulary=['a','b'],output_mode='one_hot')(['a','c'])",
    "SL(vocabulary=['a','b'],output_mode='multi_hot')([['a','c'],['b','b']])",
    "SL(vocabulary=['a','b'],output_mode='count')([['a','c'],['b','b']])",
    "SL(vocabulary=['a','b'],output_mode='multi_hot')(['a','c'])",
    "SL(vocabulary=['a','b'],output_mode='tf_idf',idf_weights=[0.5,0.25])([['a','c'],['b','b']])",
    "SL(vocabulary=['a','b'],output_mode='multi_hot',pad_to_max_tokens=True,max_tokens=5)([['a','c']])",
    "SL(vocabulary=['a','b']).get_vocabulary()",
    "SL(vocabulary=['a','b'],mask_token='').get_vocabulary()",
    "SL(vocabulary=['a','b'],mask_token='').get_vocabulary(include_special_tokens=False)",
    "SL(vocabulary=['a','b']).vocabulary_size()",
    "SL(vocabulary=['[UNK]','a','b']).get_vocabulary()",
    "SL(vocabulary=['a','a'])",
    "SL(vocabulary=[])",
    "SL(vocabulary=['a','[UNK]'])",
    "SL(max_tokens=2,vocabulary=['a','b','c'])",
    "SL(max_tokens=1)",
    "SL(output_mode='x')",
    "SL(num_oov_indices=-1)",
    "SL(invert=True,output_mode='count')",
    "SL(idf_weights=[1.])",
    "SL().get_vocabulary()",
    "ad(SL(),['a','b','b','c','c','c']).get_vocabulary()",
    "ad(SL(),['b','a','c']).get_vocabulary()",
    "ad(SL(max_tokens=3),['a','b','b','c','c','c']).get_vocabulary()",
    "ad(SL(mask_token='b'),['a','b','b','c','c','c']).get_vocabulary()",
    "SL(vocabulary=['a','b'])([1,2])",
    "SL(vocabulary=['a','b']).compute_output_shape((None,3))",
    "SL(vocabulary=['a','b'],output_mode='count').compute_output_shape((None,3))",
    "SL(vocabulary=['a','b'],output_mode='one_hot').compute_output_shape((None,1))",
    "SL(vocabulary=['a','b'])('a')",
    "SL(vocabulary=['a','b'],output_mode='one_hot')('a')",
    "SL(vocabulary=['a','b'],output_mode='one_hot')([['a'],['b']])",
    "SL(vocabulary=['a','b'],output_mode='one_hot')([['a','b']])",
    "SL(vocabulary=['a','b'],output_mode='count')([[['a','b']]])",
    "SL(vocabulary=['a','b'],dtype='float32')(['a'])",
    "SL(vocabulary=['a','b'],dtype='int32')(['a'])",
    "SL(vocabulary=['a','b'],output_mode='one_hot',dtype='float64')(['a'])",
    "IL(vocabulary=[12,36])([12,5,36])",
    "IL(vocabulary=[12,36],num_oov_indices=2)([12,5,36,6,-1])",
    "IL(vocabulary=[12,36],mask_token=0)([12,0,36,6,-1])",
    "IL(vocabulary=[12,36],invert=True)([0,1,2])",
    "IL(vocabulary=[12,36],num_oov_indices=0)([12,5])",
    "IL(vocabulary=[12,36]).get_vocabulary()",
    "IL(vocabulary=[12,36],mask_token=0).get_vocabulary()",
    "ad(IL(),[1,2,2,3,3,3,-1]).get_vocabulary()",
    "ad(IL(),[3,1,2]).get_vocabulary()",
    "IL(vocabulary=[12,36])([12.,5.])",
    "IL(vocabulary=[12,36],output_mode='one_hot')(tf.constant([12,1]))",
    "ad(IL(output_mode='tf_idf'),[[1,2],[2,3]])([[1,2]])",
    "IL(vocabulary=[-1,5])",
    "IL(vocabulary=['a'])",
    "CE(num_tokens=4)([[0,1],[0,0],[1,2],[3,1]])",
    "CE(num_tokens=4,output_mode='one_hot')([3,2,0,1])",
    "CE(num_tokens=4,output_mode='one_hot')([[3],[2]])",
    "CE(num_tokens=4,output_mode='one_hot')([[3,2]])",
    "CE(num_tokens=4)([0,1])",
    "CE(num_tokens=4)(1)",
    "CE(num_tokens=4)([[4,1]])",
    "CE(num_tokens=4)([[-1,1]])",
    "CE(num_tokens=4,output_mode='x')",
    "CE(num_tokens=None)",
    "CE(num_tokens=4,output_mode='count')([[[0,1],[0,0]]])",
    "CE(num_tokens=4,output_mode='int')",
    "CE(num_tokens=0)",
    "CE(num_tokens=4)(np.array([[0.,1.]]))",
    "CE(num_tokens=4).compute_output_shape((None,3))",
    "CE(num_tokens=4,output_mode='one_hot').compute_output_shape((None,3))",
    "CE(num_tokens=4,output_mode='one_hot').compute_output_shape((None,1))",
    "CE(num_tokens=4,dtype='int32')([[0,1]])",
    "D(bin_boundaries=[0.,1.,2.])(np.array([[-1.5,1.,3.4,.5],[0.,3.,1.3,0.]]))",
    "D(bin_boundaries=[0.,1.,2.],output_mode='one_hot')([-1.,5.])",
    "D(bin_boundaries=[0.,1.,2.],output_mode='count')([[-1.,5.,5.]])",
    "D(bin_boundaries=[0.,1.,2.],output_mode='multi_hot')([[-1.,5.,5.]])",
    "D()",
    "D(num_bins=4)([1.])",
    "D(num_bins=4,bin_boundaries=[1.])",
    "D(num_bins=-1)",
    "D(num_bins=1)",
    "ad(D(num_bins=4),np.arange(100.)).bin_boundaries",
    "ad(D(num_bins=4,epsilon=0.1),np.arange(100.)).bin_boundaries",
    "ad(D(num_bins=3),np.random.RandomState(0).randn(200,3).astype('float32')).bin_boundaries",
    "D(bin_boundaries=[0.,1.])(tf.constant([1,2,0]))",
    "D(bin_boundaries=[0.,1.],dtype='int32')([0.5])",
    "D([0.,1.]).compute_output_shape((None,2))",
    "ad(D(num_bins=3),tf.data.Dataset.from_tensor_slices(np.arange(50.).astype('float32')).batch(10)).bin_boundaries",
    "D(bins=3)",
    "ad(D(bin_boundaries=[1.]),[1.])",
    "D(bin_boundaries=[0.,1.])([[float('nan')]])",
    "D(num_bins=4).compute_output_shape((None,2))",
    "H(num_bins=3)([['A'],['B'],['C'],['D'],['E']])",
    "H(num_bins=3,mask_value='')([['A'],['B'],[''],['C'],['D']])",
    "H(num_bins=3,salt=[133,137])([['A'],['B'],['C'],['D'],['E']])",
    "H(num_bins=3,salt=133)([['A'],['B'],['C'],['D'],['E']])",
    "H(num_bins=3)([1,2,3,4,5])",
    "H(num_bins=3,mask_value=0)([1,2,0,4,5])",
    "H(num_bins=4,output_mode='one_hot')(['a','b'])",
    "H(num_bins=4,output_mode='multi_hot')([['a','b']])",
    "H(num_bins=4,output_mode='count')([['a','b','b']])",
    "H(num_bins=0)",
    "H(num_bins=4,salt='x')",
    "H(num_bins=4)([1.5])",
    "H(num_bins=4).compute_output_shape((None,2))",
    "H(num_bins=4,output_mode='x')",
    "H(num_bins=4,dtype='float32')(['a'])",
    "H(num_bins=4)(np.array([True,False]))",
    "ad(TV(),['Foo bar, baz!','bar bar'])(['foo bar qux','baz'])",
    "ad(TV(),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "ad(TV(output_mode='multi_hot'),['Foo bar, baz!','bar bar'])(['foo bar qux','baz'])",
    "ad(TV(output_mode='count'),['Foo bar, baz!','bar bar'])(['foo bar qux','baz'])",
    "ad(TV(output_mode='tf_idf'),['Foo bar, baz!','bar bar'])(['foo bar qux','baz'])",
    "ad(TV(output_sequence_length=5),['Foo bar, baz!','bar bar'])(['foo bar qux','baz'])",
    "ad(TV(output_sequence_length=2),['Foo bar, baz!','bar bar'])(['foo bar qux','baz'])",
    "ad(TV(ngrams=2),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "ad(TV(ngrams=(1,3)),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "ad(TV(split='character'),['ab c','b']).get_vocabulary()",
    "ad(TV(standardize=None),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "ad(TV(standardize='lower'),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "ad(TV(standardize='strip_punctuation'),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "ad(TV(split=None),['Foo bar','bar bar']).get_vocabulary()",
    "ad(TV(max_tokens=3),['Foo bar, baz!','bar bar']).get_vocabulary()",
    "TV(vocabulary=['a','b'])(['a b c'])",
    "TV(vocabulary=['a','b']).get_vocabulary()",
    "TV(vocabulary=['a','b'])('a b c')",
    "TV(vocabulary=['a','b'])([['a b c']])",
    "TV(vocabulary=['a','b'])([['a b c','d']])",
    "TV(vocabulary=['a','b'],output_mode='int',output_sequence_length=4)([['a b c']])",
    "TV(standardize='x')",
    "TV(split='x')",
    "TV(ngrams='x')",
    "TV(output_mode='x')",
    "TV(output_sequence_length=0)",
    "TV(output_mode='count',output_sequence_length=3)",
    "TV(vocabulary=['a','b'],standardize=lambda x: tf.strings.lower(x))(['A b'])",
    "TV(vocabulary=['a','b'],pad_to_max_tokens=True,max_tokens=6,output_mode='count')(['a b'])",
    "TV(vocabulary=['a','b']).vocabulary_size()",
    "TV(vocabulary=['a','b']).compute_output_shape((None,1))",
    "TV(vocabulary=['a','b'],output_mode='count').compute_output_shape((None,1))",
    "TV(max_tokens=1)",
    "TV(vocabulary=['a','b'])(['\\u00c9A b-c d\\'e 1.5 \\t x\\n'])",
    "ad(TV(),[\"\\u00c9A b-c d'e 1.5 \\t x_y\\n\"]).get_vocabulary()",
    "TV(output_mode='count')(['a'])",
    "TV(vocabulary=['a','b'])([1])",
    "ad(SL(),tf.data.Dataset.from_tensor_slices(['a','b','b']).batch(2)).get_vocabulary()",
    "SL(vocabulary=['a'])(keras.Input((1,),dtype='string'))",
    "SL(vocabulary=['a'],output_mode='one_hot')(keras.Input((1,),dtype='string'))",
    "TV(vocabulary=['a'])(keras.Input((1,),dtype='string'))",
    "TV(vocabulary=['a'])(keras.Input((),dtype='string'))",
    "H(num_bins=3)(keras.Input((1,),dtype='string'))",
    "H(num_bins=3,output_mode='count')(keras.Input((2,),dtype='int64'))",
    "CE(num_tokens=3)(keras.Input((2,),dtype='int64'))",
    "D([1.])(keras.Input((2,)))",
    "IL(vocabulary=[1])(keras.Input((2,),dtype='int64'))",
    "SL(vocabulary=np.array(['a','b'])).get_vocabulary()",
    "SL(vocabulary=tf.constant(['a','b'])).get_vocabulary()",
    "ad(SL(vocabulary=['a']),['b']).get_vocabulary()",
    "SL(vocabulary=['a','b'],oov_token='[X]').get_vocabulary()",
    "SL(vocabulary=['a','b'],num_oov_indices=2).get_vocabulary()",
    "SL(vocabulary=['a','b'],num_oov_indices=2,invert=True).get_vocabulary()",
    "ad(SL(invert=True),['a','b','b'])([1])",
    "SL(vocabulary=['a','b'],mask_token='',num_oov_indices=0)(['','a'])",
    "SL(vocabulary=['\\u00e9'])(['\\u00e9'])",
    "SL(vocabulary=['a','b'],mask_token='',output_mode='count')([['a',''],['x','b']])",
    "SL(vocabulary=['a','b'],mask_token='',output_mode='multi_hot')([['a',''],['x','b']])",
    "SL(vocabulary=['a','b'],mask_token='',output_mode='one_hot')(['a','','x'])",
    "TV(vocabulary=['a','b'],split=None)(['a','b'])",
    "TV(vocabulary=['a','b'],split=None)([['a','b']])",
    "TV(vocabulary=['a b','b'],ngrams=2)(['a b','b c b'])",
    "TV(vocabulary=['a','b'],output_mode='count')('a b a')",
    "TV(vocabulary=['a','b'],output_mode='count')([['a b a'],['']])",
    "TV(vocabulary=['a','b'])(['',''])",
    "SL(vocabulary=['a','b'],mask_token='')([['a','']])",
    "IL(vocabulary=[12,36],num_oov_indices=3)([-5,-4,-3,7,8])",
    "IL(vocabulary=[12,36],mask_token=7,output_mode='count')([[7,12,7,1]])",
    "CE(num_tokens=3,output_mode='count')([0,1,1])",
    "CE(num_tokens=3,output_mode='one_hot')(1)",
    "CE(num_tokens=3,output_mode='one_hot')([1])",
    "CE(num_tokens=3)(keras.Input((),dtype='int64')).shape[1:]",
    "CE(num_tokens=3,output_mode='one_hot')(keras.Input((1,),dtype='int64')).shape",
    "SL(vocabulary=['a'],output_mode='multi_hot')(keras.Input((5,),dtype='string')).shape",
    "D([1.],output_mode='one_hot')(keras.Input((1,))).shape",
    "ad(D(num_bins=5),np.sin(np.arange(300.))).bin_boundaries",
    "ad(D(num_bins=5,epsilon=0.05),np.sin(np.arange(300.)),batch_size=7).bin_boundaries",
    "ad(D(num_bins=2),[[1.,2.],[3.,4.],[5.,9.]])([[1.,5.],[2.,8.]])",
    "H(num_bins=7)([['the','quick'],['brown','fox jumps over the lazy dog and then some more words until it is long']])",
    "H(num_bins=1000)([-1,0,10**9])",
    "H(num_bins=1)(['a'])",
    "H(num_bins=1,mask_value='')(['a',''])",
    "H(num_bins=5,salt=[1,2],mask_value='')(['a','','bcdefghijk'])",
    "tf.strings.lower(['aB\\u00c9'])",
    "tf.strings.upper(['aB\\u00e9'],encoding='utf-8')",
    "tf.strings.regex_replace(['a1b22'],'[0-9]+','#')",
    "tf.strings.regex_replace(['a1b22'],'[0-9]','#',replace_global=False)",
    "tf.strings.regex_replace('abc','(b)',r'<\\1>')",
    "tf.strings.length(['abc','\\u00e9'])",
    "tf.strings.length(['abc','\\u00e9'],unit='UTF8_CHAR')",
    "tf.strings.strip([' a b '])",
    "tf.strings.join([['a','b'],['c','d']],separator='-')",
    "tf.strings.to_number(['1.5','2'])",
    "tf.strings.to_number(['1','2'],tf.int32)",
    "tf.as_string([1,2])",
    "tf.as_string(1.5)",
    "tf.as_string([True,False])",
    "tf.as_string(3.14159,precision=2)",
    "tf.strings.reduce_join([['a','b'],['c','d']],axis=1)",
    "tf.strings.reduce_join([['a','b'],['c','d']])",
    "tf.strings.substr(['hello','worlds'],1,3)",
    "tf.strings.substr('hello',-3,2)",
    "tf.strings.regex_full_match(['ab','abc'],'ab')",
    "tf.strings.to_hash_bucket_fast(['a','bb'],100)",
    "tf.strings.to_hash_bucket_strong(['a','bb'],100,[3,4])",
    "tf.strings.to_hash_bucket_fast(['x'*n for n in range(0,300,7)],2**40)",
    "tf.strings.to_hash_bucket_strong(['x'*n for n in range(0,40,3)],2**40,[11,12])",
    "tf.constant(['a','b'])",
    "tf.constant('a')",
    "tf.convert_to_tensor(['a']).shape",
    "tf.constant(['a','b'])=='a'",
    "tf.constant(['a','b']).dtype.name",
]  # fmt: skip
CONFIGS = [
    "SL()", "SL(vocabulary=['a', 'b'], num_oov_indices=2)", "SL(vocabulary=['a', 'b'], output_mode='tf_idf', idf_weights=[0.5, 0.25])",
    "IL(vocabulary=[12, 36], mask_token=0)", "CE(num_tokens=4)", "D(bin_boundaries=[0.0, 1.0])", "D(num_bins=4)",
    "H(num_bins=3, salt=4)",
    "TV()", "TV(vocabulary=['a', 'b'], ngrams=2, output_sequence_length=3)",
]  # fmt: skip


def adapted(layer, data, **options):
    layer.adapt(data, **options)
    return layer


def names(tf, keras):
    """What EXPRESSIONS may use."""
    layers = keras.layers
    return {
        "tf": tf, "keras": keras, "np": np, "ad": adapted, "SL": layers.StringLookup, "IL": layers.IntegerLookup,
        "TV": layers.TextVectorization, "CE": layers.CategoryEncoding, "D": layers.Discretization, "H": layers.Hashing,
    }  # fmt: skip


def plain(x):
    """A value as JSON has it."""
    if hasattr(x, "type_spec") and not hasattr(x, "numpy"):
        return ["symbolic", list(x.shape), x.dtype.name]
    if hasattr(x, "numpy"):
        a = np.asarray(x.numpy())
        return [x.dtype.name, list(a.shape), plain(a.reshape(-1).tolist())]
    if hasattr(x, "as_list"):
        return x.as_list()
    if isinstance(x, (list, tuple)):
        return [plain(item) for item in x]
    if isinstance(x, bytes):
        return x.decode()
    if isinstance(x, np.generic):
        return x.item()
    return x if x is None or isinstance(x, (int, float, str)) else type(x).__name__


def evaluated(text, known):
    """The value, or "error"."""
    try:
        return plain(eval(text, dict(known)))
    except Exception:
        return "error"


def config(text, known):
    made = eval(text, dict(known)).get_config()
    return {k: plain(list(v) if isinstance(v, (list, tuple)) else v) for k, v in made.items() if k != "name"}


if __name__ == "__main__":
    import tensorflow as tf

    known = names(tf, tf.keras)
    recorded = {text: evaluated(text, known) for text in EXPRESSIONS}
    configs = {text: config(text, known) for text in CONFIGS}
    path = Path(__file__).with_suffix(".json").with_name("encoding.json")
    path.write_text(json.dumps({"values": recorded, "configs": configs}, indent=0) + "\n")
